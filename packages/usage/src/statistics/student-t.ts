import { logGamma } from './log-gamma.ts'

/**
 * How likely a value of Student's t at least as far from 0 as `t` is, to either side, with so many
 * degrees of freedom. For many of them it is that of the normal distribution.
 */
export function twoSidedP(t: number, degrees: number): number {
  if (!Number.isFinite(t)) return 0
  return incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5)
}

/** As many degrees of freedom make Student's t the normal distribution, to five digits. */
export const manyDegrees = 1e6

const termsMax = 500
const precision = 1e-12
const tiny = 1e-300

/** The regularised incomplete beta function, by its continued fraction (Lentz's method). */
function incompleteBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0
  if (x >= 1) return 1
  // The fraction converges fast on one side of the mean only.
  if (x > (a + 1) / (a + b + 2)) return 1 - incompleteBeta(1 - x, b, a)
  const logFactor =
    logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x)
  return (Math.exp(logFactor) * betaFraction(x, a, b)) / a
}

function betaFraction(x: number, a: number, b: number): number {
  let numerator = 1
  let denominator = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1))
  let value = denominator
  const step = (term: number): number => {
    denominator = 1 / awayFromZero(1 + term * denominator)
    numerator = awayFromZero(1 + term / numerator)
    return denominator * numerator
  }
  for (let index = 1; index <= termsMax; index += 1) {
    const even = 2 * index
    value *= step((index * (b - index) * x) / ((a + even - 1) * (a + even)))
    const change = step((-(a + index) * (a + b + index) * x) / ((a + even) * (a + even + 1)))
    value *= change
    if (Math.abs(change - 1) < precision) break
  }
  return value
}

function awayFromZero(value: number): number {
  return Math.abs(value) < tiny ? tiny : value
}
