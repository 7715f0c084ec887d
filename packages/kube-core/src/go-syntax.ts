import { isJsonObject } from '@fairlead/base'
import { goQuote } from './go-quote.ts'

/**
 * A rejected value in Go's syntax. The API server shows values of its own types so, as `%#v` does:
 * `[]string{"a"}`, `core.ResourceList(nil)`.
 */
export class GoSyntax {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** A list of strings; `type` is Go's name of the list's type, such as `[]string`. Undefined is nil. */
export function goStrings(values: readonly string[] | undefined, type = '[]string'): GoSyntax {
  if (values === undefined) return new GoSyntax(`${type}(nil)`)
  return new GoSyntax(`${type}{${values.map(goQuote).join(', ')}}`)
}

/** A map of strings, in the order of its keys as Go prints them. Undefined is nil. */
export function goStringMap(
  values: Readonly<Record<string, string>> | undefined,
  type = 'map[string]string',
): GoSyntax {
  if (values === undefined) return new GoSyntax(`${type}(nil)`)
  const entries = Object.keys(values)
    .toSorted()
    .map((key) => `${goQuote(key)}:${goQuote(values[key] ?? '')}`)
  return new GoSyntax(`${type}{${entries.join(', ')}}`)
}

/** An untyped JSON value in Go's notation, as `fmt.Sprintf("%#v", …)` prints it. */
export function goValue(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)'
  if (typeof value === 'string') return goQuote(value)
  if (Array.isArray(value)) return `[]interface {}{${value.map(goValue).join(', ')}}`
  if (!isJsonObject(value)) return JSON.stringify(value)
  const entries = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${goQuote(name)}:${goValue(member)}`)
  return `map[string]interface {}{${entries.join(', ')}}`
}
