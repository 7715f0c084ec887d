/** Coefficients of Lanczos' approximation with g = 7. */
const lanczos = [
  676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
]

/** The logarithm of the gamma function, of values from 0.5. */
export function logGamma(value: number): number {
  const x = value - 1
  const sum = lanczos.reduce(
    (all, coefficient, index) => all + coefficient / (x + index + 1),
    0.99999999999980993,
  )
  const t = x + 7.5
  return 0.5 * Math.log(2 * Math.PI) + (x + 0.5) * Math.log(t) - t + Math.log(sum)
}
