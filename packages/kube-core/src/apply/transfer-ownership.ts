import type { Conflict } from './apply-conflict.ts'
import { compareTypedValues } from './compare-typed-values.ts'
import type { Comparison } from './compare-typed-values.ts'
import type { FieldSet } from './field-set.ts'
import type { FieldType } from './field-type.ts'
import type { Managed, Ownership } from './managed-fields.ts'

interface Change {
  readonly before: unknown
  readonly after: unknown
  readonly type: FieldType
  /** Fields whose changes are ignored, since the endpoint resets them. */
  readonly ignored: FieldSet
}

/** The effect of a change, without the ignored fields. */
export function comparisonOf({ before, after, type, ignored }: Change): Comparison {
  const { removed, modified, added } = compareTypedValues(before, after, type)
  return {
    removed: removed.recursiveDifference(ignored),
    modified: modified.recursiveDifference(ignored),
    added: added.recursiveDifference(ignored),
  }
}

/** The fields of other managers whose values a change replaces. */
export function conflictsOf(managed: Managed, id: string, comparison: Comparison): Conflict[] {
  const changed = comparison.modified.union(comparison.added)
  const conflicts: Conflict[] = []
  for (const [otherId, { manager, fields }] of managed) {
    if (otherId === id) continue
    for (const path of fields.intersection(changed).paths()) conflicts.push({ manager, path })
  }
  return conflicts
}

/** Removes changed and deleted fields from all other managers; a manager left with none is dropped. */
export function transferOwnership(managed: Managed, id: string, comparison: Comparison): Managed {
  const { removed, modified, added } = comparison
  const taken = modified.union(added)
  const left = new Map<string, Ownership>()
  for (const [otherId, ownership] of managed) {
    const { fields } = ownership
    const kept = otherId === id ? fields : fields.difference(taken).difference(removed)
    if (!kept.isEmpty) left.set(otherId, { ...ownership, fields: kept })
  }
  return left
}
