/** The most that one counter of cost can hold: nine million US dollars, a safe integer in doubles. */
export const nanodollarsMax = 9_000_000_000_000_000

const perDollar = 1_000_000_000n
const zero = '0'.charCodeAt(0)

/**
 * US dollars as a decimal (`500.00`) in nanodollars. Digits beyond the ninth are rounded half up.
 * Throws RangeError for what is no decimal, or is more than `nanodollarsMax`.
 */
export function nanodollarsOf(dollars: string): number {
  const [, whole = '', fraction = ''] = /^(\d{1,12})(?:\.(\d{1,18}))?$/.exec(dollars) ?? []
  if (whole === '') throw new RangeError(`${JSON.stringify(dollars)} is no amount of US dollars`)
  const exact = BigInt(whole) * perDollar + BigInt(fraction.slice(0, 9).padEnd(9, '0'))
  const rounded = (fraction[9] ?? '0') >= '5' ? exact + 1n : exact
  if (rounded > BigInt(nanodollarsMax)) {
    throw new RangeError(
      `${dollars} is more than the ${nanodollarsMax / 1e9} dollars that can be counted`,
    )
  }
  return Number(rounded)
}

/** Nanodollars as US dollars, without zeros at the end: `0.000125`. */
export function dollarsOf(nanodollars: number): string {
  const digits = String(Math.abs(nanodollars)).padStart(10, '0')
  const point = digits.length - 9
  let end = digits.length
  while (end > point && digits.charCodeAt(end - 1) === zero) end -= 1
  const sign = nanodollars < 0 ? '-' : ''
  const whole = `${sign}${digits.slice(0, point)}`
  return end === point ? whole : `${whole}.${digits.slice(point, end)}`
}
