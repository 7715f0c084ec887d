export type JsonObject = Record<string, unknown>

/** Whether a JSON value is an object, not a list and not null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** An own property, never an inherited one. */
export function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

/** Builds an object in which `__proto__` is an ordinary key. */
export function jsonObject(entries: Iterable<readonly [string, unknown]>): JsonObject {
  return Object.fromEntries(entries)
}
