import { compareText } from '@fairlead/base'
import type { Ranked } from './ranked.ts'

/**
 * How much the first places of a list count beyond the next ones: the constant of Cormack, Clarke and
 * Büttcher, "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods" (2009).
 */
const usualSmoothing = 60

interface FusionOptions {
  /** How little the first places count beyond the next: 60 when left out. */
  readonly smoothing?: number
  /** How much each list counts; 1 when left out. */
  readonly weights?: readonly number[]
}

/**
 * One list of several, by reciprocal rank: places count, scores do not, so that lists of different
 * measures can be fused. Each list is best first; equal scores go by id.
 */
export function fuseRanks(
  lists: readonly (readonly Ranked[])[],
  { smoothing = usualSmoothing, weights = [] }: FusionOptions = {},
): readonly Ranked[] {
  const scores = new Map<string, number>()
  for (const [number, list] of lists.entries()) {
    const weight = weights[number] ?? 1
    list.forEach(({ id }, place) => {
      scores.set(id, (scores.get(id) ?? 0) + weight / (smoothing + place + 1))
    })
  }
  return Array.from(scores, ([id, score]) => ({ id, score })).toSorted(
    (one, other) => other.score - one.score || compareText(one.id, other.id),
  )
}
