declare global {
  /** Of ES2026; TypeScript does not know them yet. https://tc39.es/proposal-json-parse-with-source/ */
  interface JSON {
    rawJSON(text: string): RawNumber
    isRawJSON(value: unknown): value is RawNumber
  }
}

/**
 * A number of a JSON text in its own spelling, for one that JavaScript would write in another way:
 * an integer beyond 2⁵³, `1.0`, `1e400`. `JSON.stringify` writes it as it was read. It is frozen,
 * and `structuredClone` refuses it: between processes it travels as JSON text.
 */
export interface RawNumber {
  readonly rawJSON: string
}

/** Keeps the spelling of a number, which must be one of JSON. */
export function rawNumber(text: string): RawNumber {
  return JSON.rawJSON(text)
}

/** Whether a parsed value is a number in its own spelling. */
export function isRawNumber(value: unknown): value is RawNumber {
  return JSON.isRawJSON(value)
}

/**
 * The number that a parsed value stands for, rounded as JavaScript rounds it, and infinite beyond
 * its range; undefined for what is no number.
 */
export function numberOrUndefined(value: unknown): number | undefined {
  if (typeof value === 'number') return value
  return isRawNumber(value) ? Number(value.rawJSON) : undefined
}
