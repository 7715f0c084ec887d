/** An exact decimal number that is not negative: `digits` × 10^-`places`. */
export interface Decimal {
  readonly digits: bigint
  readonly places: number
}

/**
 * Reads a decimal (`0.15`) exactly. Throws RangeError for what is no decimal, among it negative
 * numbers and exponents.
 */
export function decimalOf(text: string): Decimal {
  const [, whole = '', fraction = ''] = /^(\d{1,15})(?:\.(\d{1,18}))?$/.exec(text) ?? []
  if (whole === '') throw new RangeError(`${JSON.stringify(text)} is no decimal number`)
  return { digits: BigInt(whole + fraction), places: fraction.length }
}

/** `digits` × 10^-`places` as a decimal, without zeros at the end. */
export function decimalText(digits: bigint, places: number): string {
  const text = String(digits).padStart(places + 1, '0')
  const fraction = text.slice(text.length - places).replace(/0+$/, '')
  const whole = text.slice(0, text.length - places)
  return fraction === '' ? whole : `${whole}.${fraction}`
}

/** The same number as an integer of 10^-`places`, which must be at least its own places. */
export function atPlaces({ digits, places: own }: Decimal, places: number): bigint {
  return digits * powerOfTen(places - own)
}

export function powerOfTen(exponent: number): bigint {
  return 10n ** BigInt(exponent)
}
