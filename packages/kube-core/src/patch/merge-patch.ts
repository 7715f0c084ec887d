import { copyJson } from '../copy-json.ts'
import { isJsonObject } from '@fairlead/base'
import { deepEqual } from '../deep-equal.ts'
import { jsonObject, member } from '../json-object.ts'

/**
 * Applies a JSON merge patch (RFC 7386) and returns the new document: null removes, objects are
 * merged, everything else replaces; in a list, null removes fields of items, but no items. The given
 * document is not changed.
 */
export function applyMergePatch(document: unknown, patch: unknown): unknown {
  if (Array.isArray(patch)) return patch.map((item: unknown) => applyMergePatch(undefined, item))
  if (!isJsonObject(patch)) return copyJson(patch)
  const merged = new Map(isJsonObject(document) ? Object.entries(document) : [])
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name)
    else if (value !== undefined) merged.set(name, applyMergePatch(merged.get(name), value))
  }
  return jsonObject(merged)
}

/**
 * The merge patch that turns one document into another; `{}` when they are equal. A null inside
 * `to` cannot be expressed and removes the field.
 */
export function createMergePatch(from: unknown, to: unknown): unknown {
  if (!isJsonObject(from) || !isJsonObject(to)) return copyJson(to)
  const patch: [string, unknown][] = []
  for (const name of Object.keys(from)) {
    if (member(to, name) === undefined) patch.push([name, null])
  }
  for (const [name, value] of Object.entries(to)) {
    const old = member(from, name)
    if (value === undefined || deepEqual(old, value)) continue
    patch.push([name, isJsonObject(old) ? createMergePatch(old, value) : copyJson(value)])
  }
  return jsonObject(patch)
}
