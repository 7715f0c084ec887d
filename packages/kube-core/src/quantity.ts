/** A resource quantity, kept exactly as an integer in units of 10^-9. */
export interface Quantity {
  /** The quantity in units of 10^-9, the API server's smallest step. */
  readonly nano: bigint
  /** The quantity as a number, which may be rounded. */
  readonly value: number
  /** Which suffixes the canonical form uses. */
  readonly format: 'DecimalSI' | 'BinarySI' | 'DecimalExponent'
}

const quantityPattern =
  /^([+-]?)(\d*(?:\.\d*)?)(?:(Ki|Mi|Gi|Ti|Pi|Ei)|([numkMGTPE]?)|[eE]([+-]?\d+))$/

const binaryPowers: Readonly<Record<string, bigint>> = {
  Ki: 1n,
  Mi: 2n,
  Gi: 3n,
  Ti: 4n,
  Pi: 5n,
  Ei: 6n,
}
const decimalPowers: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
}

const nanoMax = (2n ** 63n - 1n) * 10n ** 9n
const exponentDigitsMax = 5
/** An amount with more is above the maximum; reckoning with all digits takes quadratic time. */
const wholeDigitsMax = 60
/** More of them only matter for rounding, even of a number times 2^60. */
const fractionDigitsMax = 100

/**
 * Parses `500m`, `1.5Gi`, `1e3`. Fractions finer than 10^-9 are rounded away from zero and
 * amounts above 2^63 - 1 are capped, as by the API server. Throws a `RangeError` on anything else.
 */
export function parseQuantity(text: string): Quantity {
  const match = quantityPattern.exec(text)
  const [, sign = '', digits = '', binary, decimal, exponent] = match ?? []
  if (
    match === null ||
    /^[+-]?$/.test(text) ||
    (exponent?.replace(/^[+-]/, '').length ?? 0) > exponentDigitsMax
  ) {
    throw new RangeError(describeProblem(text))
  }
  const power = exponent === undefined ? (decimalPowers[decimal ?? ''] ?? 0) : Number(exponent)
  const factor = binary === undefined ? 1n : 1024n ** (binaryPowers[binary] ?? 0n)
  const magnitude = scaled(digits, power + 9, factor)
  const capped = magnitude > nanoMax ? nanoMax : magnitude
  const nano = sign === '-' ? -capped : capped
  const format =
    binary !== undefined ? 'BinarySI' : exponent !== undefined ? 'DecimalExponent' : 'DecimalSI'
  return { nano, value: Number(nano) / 1e9, format }
}

function describeProblem(text: string): string {
  if (/^[+-]?[0-9.]*[eEinumkKMGTP]+[-+]?[0-9]*$/.test(text)) {
    return "unable to parse quantity's suffix"
  }
  return "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
}

/** `digits` × 10^power × factor, rounded up to a whole number. */
function scaled(digits: string, power: number, factor: bigint): bigint {
  const [whole = '', fraction = ''] = digits.split('.')
  const significant = `${whole}${fraction}`.replace(/^0+/, '')
  if (significant === '') return 0n
  const wholeDigits = significant.length + power - fraction.length
  if (wholeDigits > wholeDigitsMax) return nanoMax + 1n
  if (wholeDigits < -wholeDigitsMax) return 1n
  const kept = cut(significant, wholeDigits + fractionDigitsMax)
  const shift = wholeDigits - kept.length
  const amount = BigInt(kept) * factor
  if (shift >= 0) return amount * 10n ** BigInt(shift)
  const divisor = 10n ** BigInt(-shift)
  return (amount + divisor - 1n) / divisor
}

/** The first digits, and one that says that others follow. */
function cut(digits: string, length: number): string {
  if (digits.length <= length) return digits
  const more = /[1-9]/.test(digits.slice(length)) ? '1' : ''
  return `${digits.slice(0, length)}${more}`
}

/** -1, 0 or 1; notation does not matter. */
export function compareQuantity(a: Quantity, b: Quantity): -1 | 0 | 1 {
  return a.nano < b.nano ? -1 : a.nano > b.nano ? 1 : 0
}

/** The canonical form: the largest suffix that leaves a whole number. */
export function formatQuantity(quantity: Quantity): string {
  const negative = quantity.nano < 0n
  const magnitude = negative ? -quantity.nano : quantity.nano
  const text =
    quantity.format === 'BinarySI' && magnitude >= 1024n * 10n ** 9n && magnitude % 10n ** 9n === 0n
      ? formatBinary(magnitude / 10n ** 9n)
      : formatDecimal(magnitude, quantity.format)
  return negative ? `-${text}` : text
}

function formatBinary(units: bigint): string {
  let amount = units
  let suffix = ''
  for (const next of ['Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']) {
    if (amount % 1024n !== 0n) break
    amount /= 1024n
    suffix = next
  }
  return `${amount}${suffix}`
}

function formatDecimal(magnitude: bigint, format: Quantity['format']): string {
  if (magnitude === 0n) return '0'
  let amount = magnitude
  let power = -9
  while (power < 18 && amount % 1000n === 0n) {
    amount /= 1000n
    power += 3
  }
  if (format === 'DecimalExponent') return power === 0 ? `${amount}` : `${amount}e${power}`
  const suffix = Object.entries(decimalPowers).find(([, value]) => value === power)?.[0] ?? ''
  return `${amount}${suffix}`
}
