import { FieldSet } from './field-set.ts'
import { fieldTypeIn } from './field-type.ts'
import type { FieldType } from './field-type.ts'
import { fieldNameOf } from './path-element.ts'
import type { PathElement } from './path-element.ts'

/**
 * Adds the schema's named fields that have members below them: a struct exists exactly as long as
 * something in it does. Map entries and list items are left unchanged.
 */
export function withNamedFields(set: FieldSet, type: FieldType | undefined): FieldSet {
  const members = new Set(set.members)
  const children = new Map<PathElement, FieldSet>()
  for (const [element, child] of set.children) {
    const name = fieldNameOf(element)
    if (name !== undefined && type?.map?.named(name) !== undefined) members.add(element)
    children.set(element, withNamedFields(child, typeBelow(element, type)))
  }
  return new FieldSet(members, children)
}

/** The type of the value at a step. */
export function typeBelow(
  element: PathElement,
  type: FieldType | undefined,
): FieldType | undefined {
  const name = fieldNameOf(element)
  if (name !== undefined) return type?.map === undefined ? undefined : fieldTypeIn(type.map, name)
  return element.startsWith('k:') ? type?.list?.element : undefined
}
