import { isJsonObject } from '@fairlead/base'

/** A JSON value as Go prints it without quotes (`%v`): `map[a:1 b:[x y]]`, keys in order. */
export function goFormat(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (typeof value === 'string') return value
  if (Array.isArray(value)) return `[${value.map(goFormat).join(' ')}]`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const entries = Object.keys(value)
    .toSorted()
    .map((key) => `${key}:${goFormat(value[key])}`)
  return `map[${entries.join(' ')}]`
}
