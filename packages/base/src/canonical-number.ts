const decimalParts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/**
 * One spelling for all spellings of a number of JSON: JavaScript's own where that is exact, else its
 * digits and an exponent. Only exponents beyond 2⁵³ stay as they are.
 */
export function canonicalNumber(spelling: string): string {
  const value = decimal(spelling)
  const shortest = String(Number(spelling))
  return value === decimal(shortest) ? shortest : value
}

/** Its significant digits and an exponent. */
function decimal(spelling: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = decimalParts.exec(spelling) ?? []
  const digits = whole + fraction
  let start = 0
  while (digits[start] === '0') start += 1
  if (start === digits.length) return digits === '' ? spelling : '0'
  let end = digits.length
  while (digits[end - 1] === '0') end -= 1
  const scale = Number(exponent) - fraction.length + digits.length - end
  return Number.isSafeInteger(scale) ? `${sign}${digits.slice(start, end)}e${scale}` : spelling
}
