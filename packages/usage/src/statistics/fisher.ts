import { logGamma } from './log-gamma.ts'
import type { Proportion } from './samples.ts'

/** Probabilities that differ by less are equal. */
const tolerance = 1e-9

/**
 * How likely two proportions differ at least so much by chance, however few cases there are: Fisher's
 * exact test. It takes as many steps as the rarer outcome has cases, or the smaller group.
 */
export function fisherP(one: Proportion, other: Proportion): number {
  const total = one.of + other.of
  const happened = one.count + other.count
  const logProbability = (count: number) =>
    logChoose(one.of, count) + logChoose(other.of, happened - count) - logChoose(total, happened)
  const observed = logProbability(one.count) + tolerance
  let p = 0
  const most = Math.min(happened, one.of)
  for (let count = Math.max(0, happened - other.of); count <= most; count += 1) {
    const probability = logProbability(count)
    if (probability <= observed) p += Math.exp(probability)
  }
  return Math.min(1, p)
}

function logChoose(of: number, count: number): number {
  return logGamma(of + 1) - logGamma(count + 1) - logGamma(of - count + 1)
}
