import type { JsonObject } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'

/**
 * The other spelling of a field's name: Google's JSON readers accept `systemInstruction` and
 * `system_instruction` alike (https://protobuf.dev/programming-guides/json/).
 */
export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** The spelling of Google's documentation, of a name in either. */
export function camelCase(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/**
 * The value of a field in either spelling. Throws a ModelError 400 `duplicate_field` for one that is
 * given in both: two readers could take two values. `param` is the path of the object.
 */
export function fieldOf(object: JsonObject, name: string, param = ''): unknown {
  const value = object[name]
  const snake = snakeCase(name)
  if (snake === name) return value
  const other = object[snake]
  if (other === undefined) return value
  if (value === undefined) return other
  const path = param === '' ? name : `${param}.${name}`
  throw new ModelError(
    'invalid-request',
    `The field '${path}' is also given as '${snake}'; give it once.`,
    { code: 'duplicate_field', param: path },
  )
}

/** The fields of an object but those named, in either spelling; nulls count as absent. */
export function otherFields(object: JsonObject, names: ReadonlySet<string>): JsonObject {
  return Object.fromEntries(
    Object.entries(object).filter(([name, value]) => value !== null && !names.has(name)),
  )
}

/** The names in both spellings. */
export function bothSpellings(names: readonly string[]): ReadonlySet<string> {
  return new Set(names.flatMap((name) => [name, snakeCase(name)]))
}

/** The same object without fields that are undefined. */
export function defined(fields: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
}
