import { fisherP } from './fisher.ts'
import { manyDegrees, twoSidedP } from './student-t.ts'

/** How often something happened, of how many times. */
export interface Proportion {
  readonly count: number
  readonly of: number
}

/** Values that were measured: how many, their sum, and the sum of their squares. */
export interface Sample {
  readonly count: number
  readonly sum: number
  readonly squares: number
}

/** Where a figure is with a probability of 95 percent. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** Of the normal distribution, for 95 percent. */
const z95 = 1.959964

/** Wilson's interval, which is right for rare things and few cases too; undefined without cases. */
export function proportionInterval({ count, of }: Proportion): Interval | undefined {
  if (of <= 0) return undefined
  const rate = count / of
  const shrink = 1 + z95 ** 2 / of
  const middle = (rate + z95 ** 2 / (2 * of)) / shrink
  const half = (z95 / shrink) * Math.sqrt((rate * (1 - rate)) / of + z95 ** 2 / (4 * of ** 2))
  return { low: Math.max(0, middle - half), high: Math.min(1, middle + half) }
}

/** Whether a sum of squares has come to the end of what is counted, so that nothing spreads by it. */
function isOverfull({ squares }: Sample): boolean {
  return squares >= Number.MAX_SAFE_INTEGER
}

/**
 * The mean, and half the width of its interval; undefined for fewer than two values, or more than can
 * be summed.
 */
export function meanOf(
  sample: Sample,
): { readonly mean: number; readonly plusMinus: number } | undefined {
  if (sample.count < 2 || isOverfull(sample)) return undefined
  const mean = sample.sum / sample.count
  const error = Math.sqrt(varianceOf(sample) / sample.count)
  return { mean, plusMinus: t95(sample.count - 1) * error }
}

/** Of Student's distribution, for 95 percent: 12.7 for one degree of freedom, 1.96 for many. */
function t95(degrees: number): number {
  let [low, high] = [0, 13]
  for (let round = 0; round < 40; round += 1) {
    const middle = (low + high) / 2
    if (twoSidedP(middle, Math.min(degrees, manyDegrees)) > 0.05) low = middle
    else high = middle
  }
  return high
}

/** Fewer are never compared. */
const casesMin = 30
/** Of what happens and of what does not, so many must be expected in each for the z-test to be right. */
const expectedMin = 5

/**
 * How likely two proportions differ so much by chance: the two-proportion z-test, or Fisher's where
 * something is too rare for that. Undefined where there are fewer than 30 cases of either.
 */
export function proportionsP(one: Proportion, other: Proportion): number | undefined {
  const fewest = Math.min(one.of, other.of)
  if (fewest < casesMin) return undefined
  const pooled = (one.count + other.count) / (one.of + other.of)
  if (pooled === 0 || pooled === 1) return 1
  if (fewest * Math.min(pooled, 1 - pooled) < expectedMin) return fisherP(one, other)
  const error = Math.sqrt(pooled * (1 - pooled) * (1 / one.of + 1 / other.of))
  return twoSidedP((one.count / one.of - other.count / other.of) / error, manyDegrees)
}

/** The same for two means, whose values may vary differently: Welch's t-test. */
export function meansP(one: Sample, other: Sample): number | undefined {
  if (Math.min(one.count, other.count) < casesMin) return undefined
  if (isOverfull(one) || isOverfull(other)) return undefined
  const [first, second] = [varianceOf(one) / one.count, varianceOf(other) / other.count]
  const difference = one.sum / one.count - other.sum / other.count
  if (first + second === 0) return difference === 0 ? 1 : 0
  const degrees =
    (first + second) ** 2 / (first ** 2 / (one.count - 1) + second ** 2 / (other.count - 1))
  return twoSidedP(difference / Math.sqrt(first + second), Math.min(degrees, manyDegrees))
}

function varianceOf({ count, sum, squares }: Sample): number {
  return Math.max(0, (squares - sum ** 2 / count) / (count - 1))
}
