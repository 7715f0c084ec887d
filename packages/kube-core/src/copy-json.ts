import { isRawNumber } from '@fairlead/base'

/**
 * A deep copy of a JSON value that its holder may change. Much cheaper than `structuredClone`, which
 * serves everything that is not JSON. `__proto__` is a member like any other.
 */
export function copyJson<T>(value: T): T {
  return copy(value) as T
}

/**
 * As `copyJson`, but what is frozen, and is then taken as frozen all the way down, is shared: nobody
 * can change it, and comparing it with itself costs nothing.
 */
export function copyUnfrozen<T>(value: T): T {
  return copy(value, true) as T
}

function copy(value: unknown, sharesFrozen = false): unknown {
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return value
  if (sharesFrozen && Object.isFrozen(value)) return value
  if (Array.isArray(value)) return value.map((item) => copy(item, sharesFrozen))
  const result: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(value)) {
    if (name === '__proto__') defineMember(result, name, copy(field, sharesFrozen))
    else result[name] = copy(field, sharesFrozen)
  }
  return result
}

function defineMember(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  })
}
