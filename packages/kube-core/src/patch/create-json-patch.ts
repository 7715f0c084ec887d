import { isJsonObject } from '@fairlead/base'

import { copyJson } from '../copy-json.ts'
import { deepEqual } from '../deep-equal.ts'
import { member } from '../json-object.ts'

/** One operation of a JSON patch that `createJsonPatch` made. */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }

/**
 * The JSON patch (RFC 6902) that turns one document into another, empty when they are equal. It names
 * only what differs: of lists that grew or shrank, what is the same at both ends is left alone. A
 * member that is undefined counts as absent.
 */
export function createJsonPatch(from: unknown, to: unknown): JsonPatchOperation[] {
  const patch: JsonPatchOperation[] = []
  compare('', from, to, patch)
  return patch
}

function compare(path: string, from: unknown, to: unknown, patch: JsonPatchOperation[]): void {
  if (from === to) return
  if (isJsonObject(from) && isJsonObject(to)) compareObjects(path, from, to, patch)
  else if (Array.isArray(from) && Array.isArray(to)) compareLists(path, from, to, patch)
  else if (!deepEqual(from, to)) patch.push({ op: 'replace', path, value: copyJson(to) })
}

type Fields = Readonly<Record<string, unknown>>

function compareObjects(path: string, from: Fields, to: Fields, patch: JsonPatchOperation[]): void {
  for (const [name, old] of Object.entries(from)) {
    if (old === undefined) continue
    const value = member(to, name)
    if (value === undefined) patch.push({ op: 'remove', path: below(path, name) })
    else compare(below(path, name), old, value, patch)
  }
  for (const [name, value] of Object.entries(to)) {
    if (value === undefined || member(from, name) !== undefined) continue
    patch.push({ op: 'add', path: below(path, name), value: copyJson(value) })
  }
}

type List = readonly unknown[]

function compareLists(path: string, from: List, to: List, patch: JsonPatchOperation[]): void {
  const { start, end } = from.length === to.length ? { start: 0, end: 0 } : sameEnds(from, to)
  const old = from.length - start - end
  const wanted = to.length - start - end
  const both = Math.min(old, wanted)
  for (let index = start; index < start + both; index += 1) {
    compare(below(path, String(index)), from[index], to[index], patch)
  }
  // From the back, so that the places of those before stay what they are.
  for (let index = start + old - 1; index >= start + both; index -= 1) {
    patch.push({ op: 'remove', path: below(path, String(index)) })
  }
  for (let index = start + both; index < start + wanted; index += 1) {
    patch.push({ op: 'add', path: below(path, String(index)), value: copyJson(to[index]) })
  }
}

/** How many items two lists have in common at the start, and how many further ones at the end. */
function sameEnds(from: List, to: List): { readonly start: number; readonly end: number } {
  const shorter = Math.min(from.length, to.length)
  let start = 0
  while (start < shorter && deepEqual(from[start], to[start])) start += 1
  let end = 0
  while (end < shorter - start && deepEqual(from.at(-1 - end), to.at(-1 - end))) end += 1
  return { start, end }
}

function below(path: string, token: string): string {
  return `${path}/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`
}
