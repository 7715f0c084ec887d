/** Digits after the point that are kept: those of a nanodollar. */
const digits = 9

/** The exact sum of decimals, written with as few digits as it needs; anything else counts as 0. */
export function decimalSum(decimals: readonly string[]): string {
  const sum = decimals.reduce((total, decimal) => total + scaled(decimal), 0n)
  const text = sum.toString().padStart(digits + 1, '0')
  const fraction = text.slice(-digits).replace(/0+$/, '')
  const whole = text.slice(0, -digits)
  return fraction === '' ? whole : `${whole}.${fraction}`
}

/** Negative, equal or positive as the left decimal is less, the same or more. */
export function compareDecimals(left: string, right: string): number {
  const difference = scaled(left) - scaled(right)
  return difference < 0n ? -1 : difference > 0n ? 1 : 0
}

function scaled(decimal: string): bigint {
  const [, whole, fraction = ''] = /^(\d{1,20})(?:\.(\d{1,20}))?$/.exec(decimal) ?? []
  if (whole === undefined) return 0n
  return BigInt(`${whole}${fraction.slice(0, digits).padEnd(digits, '0')}`)
}
