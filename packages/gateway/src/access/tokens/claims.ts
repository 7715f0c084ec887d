import { isJsonObject, type JsonObject } from '@fairlead/base'

/**
 * The claim of a name; one whose name has dots, or else what the parts of the name lead to. Undefined
 * if there is none.
 */
export function claimOf(claims: JsonObject, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  let value: unknown = claims
  for (const part of name.split('.')) {
    if (!isJsonObject(value) || !Object.hasOwn(value, part)) return undefined
    value = value[part]
  }
  return value
}

/** Whether a claim has a value, or holds it in its list. */
export function hasClaim(claims: JsonObject, name: string, value: string): boolean {
  const found = claimOf(claims, name)
  return Array.isArray(found)
    ? found.some((one) => isScalar(one) && String(one) === value)
    : isScalar(found) && String(found) === value
}

/** The texts of a claim: a list, or one text whose parts are separated by spaces. */
export function textsOfClaim(claims: JsonObject, name: string): readonly string[] {
  const found = claimOf(claims, name)
  if (typeof found === 'string') return found.split(' ').filter((part) => part !== '')
  if (!Array.isArray(found)) return []
  return found.filter((one): one is string => typeof one === 'string' && one !== '')
}

/** Freezes claims, all the way down; they are never deep. */
export function frozenClaims(claims: JsonObject): JsonObject {
  freeze(claims)
  return claims
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null) return
  for (const inner of Object.values(value)) freeze(inner)
  Object.freeze(value)
}

function isScalar(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
}
