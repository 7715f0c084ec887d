const digitsMax = 12

/**
 * A number of the configuration times ten to a power, as a decimal without an exponent:
 * `1.5e-7` and 6 give `0.15`. Digits behind the twelfth are cut off. Undefined for what is no number
 * from 0.
 */
export function shiftedDecimal(text: string, power = 0): string | undefined {
  const found = /^\+?(\d*)\.?(\d*)(?:e([+-]?\d{1,3}))?$/i.exec(text)
  if (found === null) return undefined
  const [, whole = '', fraction = '', exponent = '0'] = found
  if (whole === '' && fraction === '') return undefined
  const places = fraction.length - Number(exponent) - power
  const digits = `${whole}${fraction}${'0'.repeat(Math.max(0, -places))}`
  const padded = digits.padStart(Math.max(0, places) + 1, '0')
  const point = padded.length - Math.max(0, places)
  const integer = padded.slice(0, point).replace(/^0+(?=\d)/, '')
  const rest = padded.slice(point, point + digitsMax).replace(/0+$/, '')
  if (integer.length > digitsMax) return undefined
  return rest === '' ? integer : `${integer}.${rest}`
}
