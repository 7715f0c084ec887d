import { FieldSet } from './field-set.ts'
import { fieldSetFromValue } from './field-set-from-value.ts'
import type { FieldType } from './field-type.ts'
import type { Managed } from './managed-fields.ts'
import { withNamedFields } from './named-fields.ts'
import { removeItems } from './remove-items.ts'

/**
 * Removes from a merged object what an applier owned by its last apply (`last`) and no longer
 * applies, unless another manager owns it. `managed` has the applier's new fields already.
 *
 * A map or list that loses only its contents becomes null, of which decoding leaves nothing.
 */
export function pruneApplied(
  merged: unknown,
  last: FieldSet | undefined,
  managed: Managed,
  type: FieldType,
): unknown {
  if (last === undefined || last.isEmpty) return merged
  const named = (set: FieldSet): FieldSet => withNamedFields(set, type)
  const fieldsOf = (value: unknown): FieldSet => named(fieldSetFromValue(value, type))
  const mergedFields = fieldsOf(merged)
  let owned = FieldSet.empty
  for (const { fields } of managed.values()) owned = owned.union(fields)

  const pruned = removeItems(merged, named(last), type)
  const kept = fieldsOf(pruned).union(named(owned))
  const withOwned = removeItems(merged, mergedFields.difference(kept), type)
  // Removing an item also removes its contents, so only what was applied last time is removed.
  const gone = mergedFields.difference(fieldsOf(withOwned)).intersection(named(last))
  return removeItems(merged, gone, type)
}
