/**
 * Freezes a value that this package built, through objects, arrays and the values of maps. What is
 * frozen already is taken as frozen all the way down.
 */
export function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Map) {
    for (const entry of value.values()) freeze(entry)
  } else if (Object.isFrozen(value)) {
    return value
  } else {
    for (const field of Object.values(value)) freeze(field)
  }
  return Object.freeze(value)
}

/** The empty list, frozen, so that `frozenCopy` need not copy it. */
export const none: readonly never[] = Object.freeze([])

/** JSON of a resource that goes into a snapshot as it is: shared when frozen, copied otherwise. */
export function frozenCopy<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value
  return freeze(structuredClone(value))
}
