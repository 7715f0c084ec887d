import type { JsonObject } from '@fairlead/base'

/** Variables as text, the form that templates and conversations take. */
export function textVariables(variables: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      typeof value === 'string' ? value : JSON.stringify(value),
    ]),
  )
}
