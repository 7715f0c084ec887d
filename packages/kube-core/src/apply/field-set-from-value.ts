import { isJsonObject } from '@fairlead/base'
import { FieldSetBuilder } from './field-set.ts'
import type { FieldSet } from './field-set.ts'
import { fieldTypeIn, narrowType } from './field-type.ts'
import type { FieldType, ListType, MapType } from './field-type.ts'
import { listElement } from './list-element.ts'
import { fieldElement } from './path-element.ts'
import type { PathElement } from './path-element.ts'

/** All leaf fields and list items of a value: what its applier owns. */
export function fieldSetFromValue(value: unknown, type: FieldType): FieldSet {
  const builder = new FieldSetBuilder()
  collect(builder, [], value, type)
  return builder.build()
}

type Path = readonly PathElement[]

function collect(builder: FieldSetBuilder, path: Path, value: unknown, type: FieldType): void {
  const { map, scalar, list } = narrowType(type, value)
  if (map !== undefined) {
    if (map.atomic) builder.insert(path)
    else if (isJsonObject(value)) collectFields(builder, path, value, map)
  } else if (scalar !== undefined) {
    builder.insert(path)
  } else if (list !== undefined) {
    if (list.atomic) builder.insert(path)
    else if (Array.isArray(value)) collectItems(builder, path, value, list)
  }
}

function collectFields(builder: FieldSetBuilder, path: Path, value: object, map: MapType): void {
  for (const [name, part] of Object.entries(value)) {
    const below = [...path, fieldElement(name)]
    const type = fieldTypeIn(map, name)
    if (type !== undefined) collect(builder, below, part, type)
    const isEmptyMap = isJsonObject(part) && Object.keys(part).length === 0
    // Fields declared by the schema exist whether owned or not; entries of a map are owned.
    if (part === null || isEmptyMap || map.named(name) === undefined) builder.insert(below)
  }
}

function collectItems(
  builder: FieldSetBuilder,
  path: Path,
  items: readonly unknown[],
  list: ListType,
): void {
  const byElement = Map.groupBy(items, (item) => listElement(list, item))
  for (const [element, same] of byElement) {
    const below = [...path, element]
    // Duplicate items are owned as a whole, without their contents.
    if (same.length === 1) collect(builder, below, same[0], list.element)
    builder.insert(below)
  }
}
