import { celMap, type CelInput } from '@bufbuild/cel'
import { isJsonObject, isRawNumber, numberOrUndefined } from '@fairlead/base'

/** A JSON value of which no schema is known: whole numbers are ints, other numbers doubles. */
export function toDynamic(value: unknown): CelInput {
  if (Array.isArray(value)) return value.map(toDynamic)
  if (isJsonObject(value)) {
    const entries = Object.entries(value).map(
      ([name, member]) => [name, toDynamic(member)] as const,
    )
    return celMap(new Map<string, CelInput>(entries))
  }
  const int = isRawNumber(value) ? longInt(value.rawJSON) : undefined
  if (int !== undefined) return int
  const number = numberOrUndefined(value)
  if (number !== undefined) return Number.isInteger(number) ? BigInt(number) : number
  return typeof value === 'string' || typeof value === 'boolean' ? value : null
}

/** Of 64 bits, with all its digits. */
function longInt(spelling: string): bigint | undefined {
  if (!/^-?\d{1,19}$/.test(spelling)) return undefined
  const int = BigInt(spelling)
  return BigInt.asIntN(64, int) === int ? int : undefined
}
