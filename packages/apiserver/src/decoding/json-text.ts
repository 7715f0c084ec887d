import { isRawNumber, parseJson, rawNumber } from '@fairlead/base'

import { BodyError } from './body-error.ts'
import { jsonSyntaxError } from './json-syntax-error.ts'

/** A surrogate written as an escape, which may stand alone. */
const surrogateEscape = /\\u[dD][89a-fA-F]/

/**
 * Parses JSON as the real server reads it: numbers that JavaScript would spell in another way stay
 * raw, since what they become depends on the field that they are in; half of a surrogate pair
 * becomes U+FFFD. Linear in the length.
 *
 * @throws BodyError in Go's words
 */
export function parseJsonText(bytes: Buffer): unknown {
  const text = bytes.toString('utf8')
  let value: unknown
  try {
    value = parseJson(text)
  } catch {
    throw new BodyError(jsonSyntaxError(bytes) ?? 'unexpected end of JSON input')
  }
  if (isNestedDeep(bytes)) throw new BodyError(jsonSyntaxError(bytes) ?? 'exceeded max depth')
  return surrogateEscape.test(text) ? wellFormed(value) : value
}

/** Cheap for nearly all texts: most do not even have that many brackets. */
function isNestedDeep(bytes: Buffer): boolean {
  let depth = 0
  let deepest = 0
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index]
    // `{` and `[`, then `}` and `]`. Those within strings are counted as well, so it may ask too often.
    if (byte === 0x7b || byte === 0x5b) {
      depth += 1
      if (depth > deepest) deepest = depth
    } else if ((byte === 0x7d || byte === 0x5d) && depth > 0) depth -= 1
  }
  return deepest > depthToScan && jsonSyntaxError(bytes) !== undefined
}

const depthToScan = 400

function wellFormed(value: unknown): unknown {
  if (typeof value === 'string') return value.toWellFormed()
  if (typeof value !== 'object' || value === null || isRawNumber(value)) return value
  if (Array.isArray(value)) return value.map(wellFormed)
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name.toWellFormed(), wellFormed(member)]),
  )
}

const int64Min = -(2n ** 63n)
const int64Max = 2n ** 63n - 1n
const wholeNumber = /^-?\d+$/

/**
 * The value in a field without a type, as Go holds and encodes it: whole numbers of up to 64 bits
 * exactly, all others as doubles. Shares what has no raw number.
 *
 * @throws BodyError for a number that no double holds
 */
export function withGoNumbers(value: unknown): unknown {
  if (isRawNumber(value)) return goNumber(value.rawJSON)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) {
    const items = value.map(withGoNumbers)
    return items.some((item, index) => item !== value[index]) ? items : value
  }
  const members = Object.entries(value)
  const changed = members.map(([name, member]) => [name, withGoNumbers(member)] as const)
  return changed.some(([, member], index) => member !== members[index]?.[1])
    ? Object.fromEntries(changed)
    : value
}

function goNumber(spelling: string): unknown {
  if (wholeNumber.test(spelling)) {
    const whole = BigInt(spelling)
    if (whole >= int64Min && whole <= int64Max) return integerOf(whole)
  }
  const double = Number(spelling)
  if (!Number.isFinite(double)) {
    throw new BodyError(`json: cannot unmarshal number ${spelling} into Go value of type float64`)
  }
  return Object.is(double, -0) ? rawNumber('-0') : double
}

/** A whole number as JSON holds it: raw where JavaScript would round it. */
export function integerOf(whole: bigint): unknown {
  const number = Number(whole)
  return Number.isSafeInteger(number) ? number : rawNumber(String(whole))
}
