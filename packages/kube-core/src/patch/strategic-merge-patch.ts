import { copyJson } from '../copy-json.ts'
import { isJsonObject, type JsonObject } from '@fairlead/base'
import { objectMetaSchema } from '../apply/object-meta-schema.ts'
import { jsonObject, member } from '../json-object.ts'
import type { StructuralSchema } from '../schema/structural-schema.ts'
import { errors } from '../status-error.ts'
import { mergePatchedList, orderList, unknownPatchType } from './strategic-list.ts'

const directive = '$patch'
const retainKeys = '$retainKeys'
const deletePrefix = '$deleteFromPrimitiveList/'
const orderPrefix = '$setElementOrder/'

/**
 * Applies a strategic merge patch to an object and returns the new one; the given one is not
 * changed. Objects are merged; lists are merged where the schema has the patch strategy `merge`, by
 * the merge key for objects and as sets otherwise, and replaced elsewhere. Understands `$patch`
 * (`delete`, `replace`), `$retainKeys`, `$setElementOrder/…` and `$deleteFromPrimitiveList/…`.
 * A malformed patch is a bad request (400), as are directives that are not known and items without
 * their merge key, for which a real server answers 500 in the same words.
 */
export function applyStrategicMergePatch(
  document: unknown,
  patch: unknown,
  schema: StructuralSchema | undefined,
): unknown {
  if (!isJsonObject(patch)) throw errors.badRequest('invalid JSON document')
  const root = { ...schema, properties: { ...schema?.properties, metadata: objectMetaSchema } }
  return copyJson(mergeObject(isJsonObject(document) ? document : {}, patch, root))
}

function mergeObject(
  original: JsonObject,
  patch: JsonObject,
  schema: StructuralSchema | undefined,
): JsonObject {
  const marker = member(patch, directive)
  if (marker === 'replace') return jsonObject(Object.entries(patch).filter(isNotMarker))
  if (marker === 'delete') return {}
  if (marker !== undefined) {
    throw unknownPatchType(marker, patch)
  }
  const merged = new Map(Object.entries(retained(original, patch)))
  const orders = new Map<string, readonly unknown[]>()
  for (const [key, value] of Object.entries(patch)) {
    if (key === retainKeys) continue
    if (key.startsWith(orderPrefix)) {
      orders.set(key.slice(orderPrefix.length), listOf(value, 'setElementOrder list'))
    } else if (key.startsWith(deletePrefix)) {
      const name = key.slice(deletePrefix.length)
      const list = merged.get(name)
      if (!Array.isArray(value) || !Array.isArray(list)) continue
      merged.set(name, withoutItems(list, value, fieldSchema(schema, name)))
    } else {
      setField(merged, key, value, fieldSchema(schema, key))
    }
  }
  for (const [name, order] of orders) {
    const list = merged.get(name)
    if (!Array.isArray(list)) continue
    const before = member(original, name)
    const server: readonly unknown[] = Array.isArray(before) ? before : []
    merged.set(name, orderList(list, order, server, mergeKeyOf(fieldSchema(schema, name))))
  }
  return jsonObject([...merged].filter(([, value]) => value !== undefined))
}

function setField(
  merged: Map<string, unknown>,
  name: string,
  value: unknown,
  schema: StructuralSchema | undefined,
): void {
  const old = merged.get(name)
  if (value === null) {
    merged.delete(name)
  } else if (isJsonObject(value) && isJsonObject(old)) {
    const replaces = strategiesOf(schema).includes('replace')
    merged.set(name, replaces ? value : mergeObject(old, value, schema))
  } else if (Array.isArray(value) && Array.isArray(old)) {
    const merges = strategiesOf(schema).includes('merge')
    merged.set(name, merges ? mergeLists(old, value, schema) : value)
  } else {
    const plain = withoutDirectives(value)
    if (plain === undefined) merged.delete(name)
    else merged.set(name, plain)
  }
}

/** Drops the fields of the original that `$retainKeys` does not list. */
function retained(original: JsonObject, patch: JsonObject): JsonObject {
  const listed = member(patch, retainKeys)
  if (listed === undefined) return original
  const names = new Set(listOf(listed, 'retainKeys'))
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || key.startsWith('$') || names.has(key)) continue
    throw errors.unprocessable('the server rejected our request due to an error in our request')
  }
  return jsonObject(Object.entries(original).filter(([name]) => names.has(name)))
}

function listOf(value: unknown, what: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw errors.badRequest(`invalid patch format of ${what}`)
}

function mergeLists(
  list: readonly unknown[],
  items: readonly unknown[],
  schema: StructuralSchema | undefined,
): readonly unknown[] {
  return mergePatchedList(list, items, mergeKeyOf(schema), (item, change) =>
    mergeObject(item, change, schema?.items),
  )
}

/** Objects are no primitives: they are merged as if their field had been named. */
function withoutItems(
  list: readonly unknown[],
  items: readonly unknown[],
  schema: StructuralSchema | undefined,
): readonly unknown[] {
  if ([...list, ...items].some(isJsonObject)) return mergeLists(list, items, schema)
  const gone = new Set(items.map((item) => JSON.stringify(item)))
  return list.filter((item: unknown) => !gone.has(JSON.stringify(item)))
}

/** A patch value for something that does not exist yet: nulls and deletions are dropped. */
function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutDirectives).filter((item) => item !== undefined)
  }
  if (!isJsonObject(value)) return value
  if (member(value, directive) !== undefined) return undefined
  const kept = Object.entries(value)
    .filter(([name, part]) => part !== null && !isListDirective(name))
    .map(([name, part]): [string, unknown] => [name, withoutDirectives(part)])
  return jsonObject(kept.filter(([, part]) => part !== undefined))
}

function isListDirective(name: string): boolean {
  return name === retainKeys || name.startsWith(deletePrefix) || name.startsWith(orderPrefix)
}

function isNotMarker([name]: [string, unknown]): boolean {
  return name !== directive
}

function fieldSchema(
  schema: StructuralSchema | undefined,
  name: string,
): StructuralSchema | undefined {
  const properties = schema?.properties ?? {}
  if (Object.hasOwn(properties, name)) return properties[name]
  const additional = schema?.additionalProperties
  return typeof additional === 'object' ? additional : undefined
}

function strategiesOf(schema: StructuralSchema | undefined): readonly string[] {
  return schema?.['x-kubernetes-patch-strategy']?.split(',') ?? []
}

function mergeKeyOf(schema: StructuralSchema | undefined): string | undefined {
  return schema?.['x-kubernetes-patch-merge-key']
}
