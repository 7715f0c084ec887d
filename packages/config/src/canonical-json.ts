import { createHash } from 'node:crypto'
import { compareText } from './resource-key.ts'

/**
 * JSON in which equal values are equal texts: object fields and map entries sorted by key, fields
 * that are undefined left out, maps written as objects.
 */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(sorted(value)) ?? 'null'
}

/** `sha256:<hex>` over the canonical JSON of a value. */
export function contentHash(value: unknown): string {
  return 'sha256:' + createHash('sha256').update(canonicalJson(value)).digest('hex')
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(sorted)
  const entries: [string, unknown][] =
    value instanceof Map
      ? [...value].map(([key, entry]) => [String(key), entry])
      : Object.entries(value)
  entries.sort(([left], [right]) => compareText(left, right))
  // fromEntries defines own properties, so a key named __proto__ stays data
  return Object.fromEntries(entries.map(([key, entry]) => [key, sorted(entry)]))
}
