import { celMap, type CelInput } from '@bufbuild/cel'
import { isJsonObject } from '@fairlead/base'

/** A JSON value of which no schema is known: whole numbers are ints, other numbers doubles. */
export function toDynamic(value: unknown): CelInput {
  if (Array.isArray(value)) return value.map(toDynamic)
  if (isJsonObject(value)) {
    const entries = Object.entries(value).map(
      ([name, member]) => [name, toDynamic(member)] as const,
    )
    return celMap(new Map<string, CelInput>(entries))
  }
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value
  return typeof value === 'string' || typeof value === 'boolean' ? value : null
}
