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

// In ECMAScript 2026, but not yet in the compiler's library.
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown
const parse = JSON.parse as (text: string, reviver: Reviver) => unknown
const { rawJSON: rawJson } = JSON as unknown as { readonly rawJSON: (text: string) => object }
