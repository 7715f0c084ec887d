import type { JsonObject } from '@fairlead/base'

/** An own member, never an inherited one. */
export function member(object: JsonObject, name: string): unknown {
  return Object.hasOwn(object, name) ? object[name] : undefined
}

/** Builds an object in which `__proto__` is a member like any other. */
export function jsonObject(entries: Iterable<readonly [string, unknown]>): Record<string, unknown> {
  return Object.fromEntries(entries)
}
