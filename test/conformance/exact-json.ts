import { isJsonObject } from '@fairlead/base'

/**
 * JSON whose numbers keep the way in which they were written when a JavaScript number would not
 * (`1.0`, `9007199254740993`): they are `JSON.rawJSON`, which `JSON.stringify` writes again.
 * @throws SyntaxError
 */
export function parseExactJson(text: string): unknown {
  return parse(text, (_key, value, { source }) =>
    typeof value === 'number' && source !== undefined && String(value) !== source
      ? rawJson(source)
      : value,
  )
}

/** JSON as it was sent to the recorded server, which shows bodies in some of its messages. */
export function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(', ')}]`
  if (!isJsonObject(value) || 'rawJSON' in value) return JSON.stringify(value)
  const fields = Object.entries(value).map(
    ([name, each]) => `${JSON.stringify(name)}: ${spacedJson(each)}`,
  )
  return `{${fields.join(', ')}}`
}

// In ECMAScript 2026, but not yet in the compiler's library.
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown
const { rawJSON: rawJson } = JSON as unknown as { readonly rawJSON: (text: string) => object }
