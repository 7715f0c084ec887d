import { FieldSet } from './field-set.ts'
import type { FieldType } from './field-type.ts'
import { typeBelow } from './named-fields.ts'
import type { PathElement } from './path-element.ts'

/**
 * Adjusts a set that was written under an older schema: where a field has become atomic, its parts
 * are replaced by the whole.
 */
export function reconcileFieldSet(set: FieldSet, type: FieldType | undefined): FieldSet {
  if (type === undefined) return set
  const members = new Set(set.members)
  const children = new Map<PathElement, FieldSet>()
  for (const [element, child] of set.children) {
    const below = typeBelow(element, type)
    if (below !== undefined && isAtomic(below)) members.add(element)
    else children.set(element, reconcileFieldSet(child, below))
  }
  return new FieldSet(members, children)
}

function isAtomic({ map, scalar, list }: FieldType): boolean {
  if (map !== undefined) return map.atomic
  return scalar === undefined && list !== undefined && list.atomic
}
