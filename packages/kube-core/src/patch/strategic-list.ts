import { isJsonObject, isRawNumber, type JsonObject } from '@fairlead/base'
import { goFormat } from '../go-format.ts'
import { member } from '../json-object.ts'
import { errors } from '../status-error.ts'

/**
 * Merges a list with the patch strategy `merge`: objects by their merge key, everything else as a
 * set. Items of the patch are in its order; the others keep their place where possible.
 */
export function mergePatchedList(
  original: readonly unknown[],
  patch: readonly unknown[],
  key: string | undefined,
  mergeItem: (original: JsonObject, patch: JsonObject) => JsonObject,
): readonly unknown[] {
  const first = original.length > 0 ? original[0] : patch[0]
  if (first === undefined) return original
  requireOneType(original, patch)
  if (!isJsonObject(first)) {
    const all = new Map([...original, ...patch].map((item) => [identity(item, undefined), item]))
    return orderList([...all.values()], patch, original, undefined)
  }
  if (key === undefined) {
    throw errors.badRequest('cannot merge lists without merge key for struct')
  }

  const { kept, plain, replaces } = applySpecialItems(original, patch, key)
  if (replaces) return plain
  const merged = new Map(kept.map((item) => [identity(item, key), item]))
  for (const item of plain) {
    const id = identity(item, key)
    const old = merged.get(id)
    // A new item is taken as it stands.
    merged.set(id, isJsonObject(old) ? mergeItem(old, item) : item)
  }
  return orderList([...merged.values()], plain, kept, key)
}

/** As sliceElementType in apimachinery's strategicpatch. */
function requireOneType(original: readonly unknown[], patch: readonly unknown[]): void {
  const all = [...original, ...patch]
  if (Array.isArray(all[0])) {
    throw errors.unprocessable('the server rejected our request due to an error in our request')
  }
  if (new Set(all.map(goTypeOf)).size === 1) return
  throw errors.badRequest(`list element types are not identical: ${goFormat([original, patch])}`)
}

/** What tells apart the types of values that Go has decoded from JSON. */
function goTypeOf(value: unknown): string {
  if (value === null || Array.isArray(value)) return value === null ? 'nil' : 'list'
  if (typeof value !== 'number' && !isRawNumber(value)) return typeof value
  return Number.isInteger(Number(value)) ? 'int64' : 'float64'
}

interface SpecialItems {
  readonly kept: readonly unknown[]
  readonly plain: readonly JsonObject[]
  /** Whether the patch replaces the whole list. */
  readonly replaces: boolean
}

/** Carries out the items of a patch that are directives, not values. */
function applySpecialItems(
  original: readonly unknown[],
  patch: readonly unknown[],
  key: string,
): SpecialItems {
  const deleted = new Set<string>()
  let replaces = false
  const plain: JsonObject[] = []
  for (const item of patch) {
    if (!isJsonObject(item)) continue
    const marker = member(item, '$patch')
    if (marker === undefined || marker === 'delete') requireKey(item, key)
    if (marker === undefined) plain.push(item)
    else if (marker === 'delete') deleted.add(identity(item, key))
    else if (marker === 'replace') replaces = true
    else if (marker === 'merge') {
      throw errors.badRequest('merging lists cannot yet be specified in the patch')
    } else throw unknownPatchType(marker, item)
  }
  const kept = original.filter((item) => !deleted.has(identity(item, key)))
  return { kept, plain, replaces }
}

function requireKey(item: JsonObject, key: string): void {
  if (member(item, key) !== undefined) return
  throw errors.badRequest(`map: ${goFormat(item)} does not contain declared merge key: ${key}`)
}

/** The failure for a `$patch` that is not known, in `map`. */
export function unknownPatchType(marker: unknown, map: JsonObject): Error {
  return errors.badRequest(`unknown patch type: ${goFormat(marker)} in map: ${goFormat(map)}`)
}

/**
 * Orders a list: items named in `order` come in its order, the others (which only the server has)
 * in the server's order, each before the first named item that follows it on the server.
 */
export function orderList(
  list: readonly unknown[],
  order: readonly unknown[],
  server: readonly unknown[],
  key: string | undefined,
): readonly unknown[] {
  const wanted = placesOf(order, key)
  const served = placesOf(server, key)
  const named = list.filter((item) => wanted(item) >= 0)
  const others = list.filter((item) => wanted(item) < 0)
  named.sort((a, b) => wanted(a) - wanted(b))
  others.sort((a, b) => served(a) - served(b))

  const ordered: unknown[] = []
  let next = 0
  for (const item of named) {
    const place = served(item)
    while (next < others.length && isBetween(served(others[next]), place)) {
      ordered.push(others[next])
      next += 1
    }
    ordered.push(item)
  }
  return [...ordered, ...others.slice(next)]
}

function isBetween(place: number, end: number): boolean {
  return place >= 0 && place < end
}

/** An item's index in a list, or -1. */
function placesOf(items: readonly unknown[], key: string | undefined): (item: unknown) => number {
  const places = new Map<string, number>()
  for (const [index, item] of items.entries()) {
    const id = identity(item, key)
    if (!places.has(id)) places.set(id, index)
  }
  return (item) => places.get(identity(item, key)) ?? -1
}

/** The identity of an item: its merge key, or its whole value if it has none. */
function identity(item: unknown, key: string | undefined): string {
  const value = key !== undefined && isJsonObject(item) ? member(item, key) : item
  return JSON.stringify(value) ?? ''
}
