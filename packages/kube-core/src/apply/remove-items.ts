import { isJsonObject } from '@fairlead/base'
import { jsonObject } from '../json-object.ts'
import type { FieldSet } from './field-set.ts'
import { deduced, fieldTypeIn, narrowType } from './field-type.ts'
import type { FieldType, ListType, MapType } from './field-type.ts'
import { listElement } from './list-element.ts'
import { fieldElement } from './path-element.ts'

/**
 * A value without the fields and items of a set. Parts of an atomic map or list cannot be
 * removed individually: all of it is removed, and the result is undefined.
 *
 * A map or list that loses all its contents but is not in the set itself becomes null, which still
 * counts as a field.
 */
export function removeItems(value: unknown, items: FieldSet, type: FieldType): unknown {
  const { map, list } = narrowType(type, value)
  if (map !== undefined && isJsonObject(value)) {
    return map.atomic ? undefined : removeFields(value, items, map)
  }
  if (list !== undefined && Array.isArray(value)) {
    return list.atomic ? undefined : removeListItems(value, items, list)
  }
  return value
}

function removeFields(value: Record<string, unknown>, items: FieldSet, type: MapType): unknown {
  const kept: [string, unknown][] = []
  for (const [name, part] of Object.entries(value)) {
    const element = fieldElement(name)
    if (items.members.has(element)) continue
    const below = items.below(element)
    const left = below.isEmpty ? part : removeItems(part, below, fieldTypeIn(type, name) ?? deduced)
    if (left !== undefined) kept.push([name, left])
  }
  return kept.length === 0 ? null : jsonObject(kept)
}

function removeListItems(value: readonly unknown[], items: FieldSet, type: ListType): unknown {
  const kept: unknown[] = []
  for (const item of value) {
    const element = listElement(type, item)
    if (items.members.has(element)) continue
    const below = items.below(element)
    const left = below.isEmpty ? item : removeItems(item, below, type.element)
    if (left !== undefined) kept.push(left)
  }
  return kept.length === 0 ? null : kept
}
