/** The value that a standard normal variable exceeds with a probability of one in a thousand. */
const normal = 3.090232306167813

/**
 * The value that Student's t with so many degrees of freedom exceeds with a probability of one in a
 * thousand, within 3 % from five degrees on: the expansion of Cornish and Fisher (Abramowitz and
 * Stegun 26.7.5). Fewer degrees than five are refused with a RangeError.
 */
export function upperQuantile(degreesOfFreedom: number): number {
  if (degreesOfFreedom < 5) throw new RangeError('the expansion needs five degrees of freedom')
  const z = normal
  const terms = [
    (z ** 3 + z) / 4,
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
    (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z) / 92160,
  ]
  return terms.reduce((sum, term, index) => sum + term / degreesOfFreedom ** (index + 1), z)
}
