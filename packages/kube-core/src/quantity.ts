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
  const mantissa = BigInt(whole + fraction || '0') * factor
  if (mantissa === 0n) return 0n
  const shift = power - fraction.length
  if (shift >= 0) return shift > 60 ? nanoMax + 1n : mantissa * 10n ** BigInt(shift)
  if (-shift > digits.length + 40) return 1n
  const divisor = 10n ** BigInt(-shift)
  return (mantissa + divisor - 1n) / divisor
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
