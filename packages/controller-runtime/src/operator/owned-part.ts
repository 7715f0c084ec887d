import { isJsonObject } from '@fairlead/base'
import { canonicalQuantity } from '@fairlead/kube-core'

/**
 * What the actual object has at the fields that the desired one names. Lists are taken whole: which
 * items are whose is only known to who has the schema, and a change too much costs one request.
 */
export function ownedPart(desired: unknown, actual: unknown): unknown {
  if (!isJsonObject(desired) || !isJsonObject(actual)) return actual
  return Object.fromEntries(
    Object.entries(desired)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, ownedPart(value, actual[name])]),
  )
}

/**
 * Whether the actual object has everything that is desired, as far as that can be told without the
 * schema: what it has beside that is a default, or somebody else's. If in doubt, it has not.
 */
export function covers(desired: unknown, actual: unknown): boolean {
  if (desired === undefined || desired === actual) return true
  if (actual === undefined) return isEmpty(desired)
  if (Array.isArray(desired)) {
    return (
      Array.isArray(actual) &&
      desired.length === actual.length &&
      desired.every((item, index) => covers(item, actual[index]))
    )
  }
  if (isJsonObject(desired)) {
    return (
      isJsonObject(actual) &&
      Object.entries(desired).every(([name, value]) => covers(value, actual[name]))
    )
  }
  return isQuantity(desired, actual)
}

/** What servers leave out when they store it. */
function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0
  if (isJsonObject(value)) return Object.values(value).every(isEmpty)
  return value === undefined || value === null || value === ''
}

/** Whether the server would write the quantity that is desired as the actual one: `1000m` as `1`. */
function isQuantity(desired: unknown, actual: unknown): boolean {
  if (typeof actual !== 'string') return false
  if (typeof desired !== 'string' && typeof desired !== 'number') return false
  try {
    return canonicalQuantity(String(desired)) === actual
  } catch {
    return false
  }
}
