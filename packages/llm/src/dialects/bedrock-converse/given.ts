import type { JsonObject } from '@fairlead/base'

type Given<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined | null> }

/** The fields that have a value. */
export function given<T extends object>(fields: T): Given<T> {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  ) as Given<T>
}

/** The object, or undefined where it is empty. */
export function filled(fields: JsonObject): JsonObject | undefined {
  const kept: JsonObject = given(fields)
  return Object.keys(kept).length === 0 ? undefined : kept
}

/** The fields of an object whose names are not among these. */
export function without(fields: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !names.includes(name)))
}
