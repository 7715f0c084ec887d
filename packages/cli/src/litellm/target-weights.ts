import type { Deployment } from './deployment.ts'

const weightMax = 1_000_000

/**
 * The shares of a group's deployments as LiteLLM draws them: by `weight`, else by `rpm`, else by
 * `tpm`, whichever the first deployment has; one that lacks it gets none. Undefined if all are equal.
 */
export function targetWeights(deployments: readonly Deployment[]): readonly number[] | undefined {
  const [first] = deployments
  if (first === undefined || deployments.length < 2) return undefined
  const measure = [
    ({ weight }: Deployment) => weight,
    ({ requestsPerMinute }: Deployment) => requestsPerMinute,
    ({ tokensPerMinute }: Deployment) => tokensPerMinute,
  ].find((each) => each(first) !== undefined)
  if (measure === undefined) return undefined
  const shares = deployments.map((each) => Math.max(0, measure(each) ?? 0))
  if (shares.every((share) => share === shares[0])) return undefined
  return wholeNumbers(shares)
}

/** Whole numbers in the same proportion; what has a share keeps at least 1. */
function wholeNumbers(shares: readonly number[]): readonly number[] {
  const largest = Math.max(...shares)
  const scale = shares.every(Number.isInteger) && largest <= weightMax ? 1 : 1000 / largest
  const scaled = shares.map((share) => (share === 0 ? 0 : Math.max(1, Math.round(share * scale))))
  const divisor = scaled.reduce(greatestCommonDivisor, 0)
  return scaled.map((share) => share / Math.max(1, divisor))
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
