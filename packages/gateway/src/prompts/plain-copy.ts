import { isJsonObject, isRawNumber, type JsonObject, type RawNumber } from '@fairlead/base'

interface PlainCopy {
  /** A deep copy in which every number is one of JavaScript's, rounded. */
  readonly values: Record<string, unknown>
  /** Puts the numbers of the original in their places again, as they were spelled. */
  readonly restoreSpellings: () => void
}

/** Copies parsed JSON for a program that knows nothing of numbers in their own spelling. */
export function plainCopy(original: JsonObject): PlainCopy {
  const places: (() => void)[] = []
  const values = copyObject(original, places)
  return {
    values,
    restoreSpellings() {
      for (const restore of places) restore()
    },
  }
}

function copyObject(original: JsonObject, places: (() => void)[]): Record<string, unknown> {
  const copy: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(original)) {
    const set = (member: unknown) => setOwn(copy, name, member)
    set(isRawNumber(value) ? plainNumber(value, set, places) : copyValue(value, places))
  }
  return copy
}

function copyValue(value: unknown, places: (() => void)[]): unknown {
  if (isJsonObject(value)) return copyObject(value, places)
  if (!Array.isArray(value)) return value
  const copy: unknown[] = []
  for (const [index, entry] of value.entries()) {
    const set = (member: unknown) => {
      copy[index] = member
    }
    set(isRawNumber(entry) ? plainNumber(entry, set, places) : copyValue(entry, places))
  }
  return copy
}

function plainNumber(
  number: RawNumber,
  set: (member: unknown) => void,
  places: (() => void)[],
): number {
  places.push(() => set(number))
  return Number(number.rawJSON)
}

/** Also a field named `__proto__`, which an assignment would take for the prototype. */
function setOwn(object: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(object, name, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  })
}
