/** A parsed JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>

/** Whether a value is an object, not an array and not null. */
export function isJsonObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
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
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? Math.floor(value) : 0
}

/** `undefined` for invalid JSON; JSON itself has no undefined, so this is unambiguous. */
export function parseJsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
