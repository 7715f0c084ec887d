const formatWrong =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
const suffixWrong = "unable to parse quantity's suffix"

/** No digit fits in two places: that would take cubic time. */
const parts = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]+[-+]?\d*|[-+]\d*|)$/
const decimalSuffixes = new Map([
  ['n', -9],
  ['u', -6],
  ['m', -3],
  ['', 0],
  ['k', 3],
  ['M', 6],
  ['G', 9],
  ['T', 12],
  ['P', 15],
  ['E', 18],
])
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const exponentSuffix = /^[eE]([+-]?\d{1,5})$/

/** Digits up to which Go reckons in 64 bits, and keeps the spelling of what is canonical. */
const exactDigits = 18
const smallestPower = -9
const binaryMax = 2n ** 63n - 1n

interface Amount {
  readonly digits: bigint
  /** The power of ten that the digits count. */
  readonly power: number
}

/**
 * A quantity as the API server writes it again: `1000m` becomes `1`, `0.5Gi` becomes `512Mi`. As
 * ParseQuantity and CanonicalizeBytes in apimachinery's `resource`, which keep the spelling of most
 * that are canonical. Takes no exponent of more than five digits.
 *
 * @throws RangeError in the API server's words
 */
export function canonicalQuantity(text: string): string {
  if (text === '') throw new RangeError(formatWrong)
  const match = parts.exec(text)
  if (match === null) throw new RangeError(formatWrong)
  const [, sign = '', wholeWithZeros = '', fraction = '', suffix = ''] = match
  const whole = wholeWithZeros.replace(/^0+/, '')
  const digits = BigInt(`${whole}${fraction}` || '0')
  const binary = suffix === '' ? -1 : binarySuffixes.indexOf(suffix)
  const negative = sign === '-'
  if (binary > 0) return binaryQuantity(text, digits, whole, fraction, binary, negative)
  const power = decimalSuffixes.get(suffix)
  const exponent = power ?? exponentOf(suffix)
  if (keepsDecimal(whole, fraction, exponent)) return text
  const amount = roundedUp({ digits, power: exponent - fraction.length })
  return decimalText(amount, power === undefined ? 'exponent' : 'suffix', negative)
}

function exponentOf(suffix: string): number {
  const digits = exponentSuffix.exec(suffix)?.[1]
  if (digits === undefined) throw new RangeError(suffixWrong)
  return Number(digits)
}

function keepsDecimal(whole: string, fraction: string, exponent: number): boolean {
  const shifted = `${whole || '0'}${fraction}`
  const scale = exponent - fraction.length
  return (
    shifted.length <= exactDigits &&
    scale >= smallestPower &&
    scale % 3 === 0 &&
    !shifted.endsWith('000') &&
    !shifted.startsWith('0')
  )
}

function binaryQuantity(
  text: string,
  digits: bigint,
  whole: string,
  fraction: string,
  exponent: number,
  negative: boolean,
): string {
  const factor = 1024n ** BigInt(exponent)
  const bits = exponent * 10
  const precision = 14 - (whole.length || 1) - Math.trunc((bits * 3) / 10)
  const isWhole = fraction === ''
  if (isWhole && precision >= 0 && digits % 8n !== 0n && digits * factor <= binaryMax) return text
  const exact = roundedUp({ digits: digits * factor, power: -fraction.length })
  const amount = capped(exact)
  const units = amount.digits % 10n ** BigInt(-amount.power) === 0n
  const value = amount.digits / 10n ** BigInt(-amount.power)
  if (!units || value < 1024n) return decimalText(amount, 'suffix', negative)
  return signed(binaryText(value), negative)
}

function capped(amount: Amount): Amount {
  const isAbove = amount.digits > binaryMax * 10n ** BigInt(-amount.power)
  return isAbove ? { digits: binaryMax, power: 0 } : amount
}

function binaryText(value: bigint): string {
  let rest = value
  let exponent = 0
  while (rest % 1024n === 0n) {
    rest /= 1024n
    exponent += 1
  }
  return `${rest}${binarySuffixes[exponent] ?? ''}`
}

/** Parts finer than 10^-9 round away from zero. */
function roundedUp(amount: Amount): Amount {
  const excess = smallestPower - amount.power
  if (excess <= 0) return amount
  if (amount.digits === 0n) return { digits: 0n, power: 0 }
  // No amount has so many digits that more of them than these could matter.
  if (excess > String(amount.digits).length + 1) return { digits: 1n, power: smallestPower }
  const divisor = 10n ** BigInt(excess)
  return { digits: (amount.digits + divisor - 1n) / divisor, power: smallestPower }
}

function decimalText(amount: Amount, style: 'suffix' | 'exponent', negative: boolean): string {
  if (amount.digits === 0n) return '0'
  const text = String(amount.digits)
  const zeros = trailingZeros(text)
  let digits = text.slice(0, text.length - zeros)
  let power = amount.power + zeros
  for (; power % 3 !== 0; power -= 1) digits += '0'
  return signed(`${digits}${suffixOf(power, style)}`, negative)
}

/** A pattern would begin anew at each zero. */
function trailingZeros(text: string): number {
  let start = text.length
  while (text[start - 1] === '0') start -= 1
  return text.length - start
}

function suffixOf(power: number, style: 'suffix' | 'exponent'): string {
  if (style === 'exponent') return power === 0 ? '' : `e${power}`
  for (const [suffix, each] of decimalSuffixes) if (each === power) return suffix
  return ''
}

function signed(text: string, negative: boolean): string {
  return negative ? `-${text}` : text
}
