import { append, canonicalJson, isJsonObject, type JsonObject } from '@fairlead/base'
import type { FieldError } from '../field-error.ts'
import { fieldSchema, pathOfField } from './field-schema.ts'
import { invalid } from './schema-path.ts'
import type { StructuralSchema } from './structural-schema.ts'

/**
 * What is wrong with the sets and map lists in a value: each item, or its keys, that is there
 * twice is named once. As ValidateListSetsAndMaps in Kubernetes' apiextensions-apiserver.
 */
export function duplicateItems(
  value: unknown,
  schema: StructuralSchema,
  path: string,
): FieldError[] {
  if (Array.isArray(value)) return inList(value, schema, path)
  if (!isJsonObject(value)) return []
  const errors: FieldError[] = []
  for (const [name, field] of Object.entries(value)) {
    const below = fieldSchema(schema, name)
    if (below) append(errors, duplicateItems(field, below, pathOfField(schema, path, name)))
  }
  return errors
}

function inList(list: readonly unknown[], schema: StructuralSchema, path: string): FieldError[] {
  const errors = amongItems(list, schema, path)
  const { items } = schema
  if (items === undefined) return errors
  for (const [index, item] of list.entries()) {
    append(errors, duplicateItems(item, items, `${path}[${index}]`))
  }
  return errors
}

function amongItems(
  list: readonly unknown[],
  schema: StructuralSchema,
  path: string,
): FieldError[] {
  switch (schema['x-kubernetes-list-type']) {
    case 'set':
      return repeated(list, path)
    case 'map': {
      const other = list.findIndex((item) => item !== null && !isJsonObject(item))
      const detail = 'must be an object for an array of list-type map'
      if (other !== -1) return [invalid(`${path}[${other}]`, list[other], detail)]
      const names = schema['x-kubernetes-list-map-keys'] ?? []
      return repeated(
        list.map((item) => keysOf(item, names)),
        path,
      )
    }
    case 'atomic':
    case undefined:
      return []
  }
}

/** The key fields of an item that are there. */
function keysOf(item: unknown, names: readonly string[]): JsonObject {
  if (!isJsonObject(item)) return {}
  const there = names.filter((name) => Object.hasOwn(item, name) && item[name] !== undefined)
  return Object.fromEntries(there.map((name) => [name, item[name]]))
}

function repeated(values: readonly unknown[], path: string): FieldError[] {
  const times = new Map<string, number>()
  return values.flatMap((value, index): FieldError[] => {
    const identity = canonicalJson(value)
    const before = times.get(identity) ?? 0
    times.set(identity, before + 1)
    if (before !== 1) return []
    return [{ type: 'Duplicate', field: `${path}[${index}]`, badValue: value, detail: '' }]
  })
}
