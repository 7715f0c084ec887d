import { isRawNumber, numberOrUndefined } from './raw-number.ts'

/** A parsed JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Whether a value is an object: neither an array, nor null, nor a number in its own spelling. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)
}

/** The object, or an empty one: for reading a response whose fields may all be missing. */
export function objectOrEmpty(value: unknown): JsonObject {
  return isJsonObject(value) ? value : {}
}

export function arrayOrEmpty(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

export function stringOrUndefined(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** A finite, non-negative count, or 0: providers omit counts or send null. */
export function countOrZero(value: unknown): number {
  const number = numberOrUndefined(value)
  return number !== undefined && Number.isFinite(number) && number > 0 ? Math.floor(number) : 0
}
