import { canonicalNumber } from './canonical-number.ts'
import { isRawNumber } from './raw-number.ts'

/**
 * JSON in which equal values are equal texts: object fields and map entries sorted by key, fields
 * that are undefined left out, maps written as objects, numbers in one spelling.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (isRawNumber(value)) return canonicalNumber(value.rawJSON)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (value instanceof Map) return canonicalJson(Object.fromEntries<unknown>(value))
  const fields = value as Readonly<Record<string, unknown>>
  let text = ''
  for (const name of Object.keys(fields).toSorted()) {
    const field = fields[name]
    if (field === undefined) continue
    text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonicalJson(field)}`
  }
  return `{${text}}`
}
