import { integerOf } from './json-text.ts'

const keywords: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map(
    (word) => [word, true] as const,
  ),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map(
    (word) => [word, false] as const,
  ),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
])

const infinity = /^[-+]?\.(?:inf|Inf|INF)$/
const notANumber = /^\.(?:nan|NaN|NAN)$/
const startsNumber = /^[-+.0-9]/
const whole = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|([1-9]\d*|0))$/
const float = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/

/**
 * What a plain scalar stands for, as YAML 1.1 in the reading of Go's yaml.v2, which Kubernetes uses:
 * `y` and `on` are flags, `0777` is octal, `1_000` a number, and `190:20:30` a text. Infinities and
 * NaN stay themselves, since JSON has no way to write them.
 */
export function resolvePlainScalar(text: string): unknown {
  const keyword = keywords.get(text)
  if (keyword !== undefined) return keyword
  if (!startsNumber.test(text)) return text
  if (infinity.test(text)) return text.startsWith('-') ? -Infinity : Infinity
  if (notANumber.test(text)) return NaN
  // Only a number that starts with a point cannot have underscores.
  return numberOf(text.startsWith('.') ? text : text.replaceAll('_', '')) ?? text
}

const int64Min = -(2n ** 63n)
const uint64Max = 2n ** 64n - 1n

function numberOf(plain: string): unknown {
  const match = whole.exec(plain)
  if (match !== null) {
    const [, sign = '', hexadecimal, binary, octal, decimal] = match
    const digits = hexadecimal ?? binary ?? octal ?? decimal ?? '0'
    const prefix = hexadecimal ? '0x' : binary ? '0b' : octal ? '0o' : ''
    const magnitude = BigInt(`${prefix}${digits}`)
    const value = sign === '-' ? -magnitude : magnitude
    if (value >= int64Min && value <= uint64Max) return integerOf(value)
  }
  if (!float.test(plain)) return undefined
  const number = Number(plain)
  return Number.isFinite(number) ? number : undefined
}
