import { canonicalJson, isJsonObject } from '@fairlead/base'
import type { FieldError } from '../field-error.ts'
import type { StructuralSchema } from './structural-schema.ts'

/**
 * What identifies an item of a list: its keys in a map list, its value in a set. Undefined where the
 * list is atomic or the item does not have the right form.
 */
export function itemIdentity(item: unknown, schema: StructuralSchema): string | undefined {
  if (schema['x-kubernetes-list-type'] === 'set') return canonicalJson(item)
  const keys = itemKeys(item, schema)
  return keys && canonicalJson(keys)
}

/** The key fields of an item of a map list. */
function itemKeys(item: unknown, schema: StructuralSchema): Record<string, unknown> | undefined {
  if (schema['x-kubernetes-list-type'] !== 'map' || !isJsonObject(item)) return undefined
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  return Object.fromEntries(
    keys.flatMap((key) => (item[key] === undefined ? [] : [[key, item[key]]])),
  )
}

/** The items of a stored map list by identity, to find an item's previous value. */
export function itemsByIdentity(
  list: unknown,
  schema: StructuralSchema,
): ReadonlyMap<string, unknown> {
  if (!Array.isArray(list) || schema['x-kubernetes-list-type'] !== 'map') return new Map()
  return new Map(list.map((item) => [itemIdentity(item, schema) ?? '', item]))
}

/** Items of a set or map list that duplicate an earlier one. */
export function duplicateItems(
  list: readonly unknown[],
  schema: StructuralSchema,
  path: string,
): FieldError[] {
  const seen = new Set<string>()
  const errors: FieldError[] = []
  for (const [index, item] of list.entries()) {
    const identity = itemIdentity(item, schema)
    if (identity === undefined) continue
    if (seen.has(identity)) {
      const badValue = itemKeys(item, schema) ?? item
      errors.push({ type: 'Duplicate', field: `${path}[${index}]`, badValue, detail: '' })
    }
    seen.add(identity)
  }
  return errors
}
