import { fuseRanks, type Ranked } from '@fairlead/retrieval'

/** How many more passages than are wanted each way of searching finds, so that both have a say. */
export const candidateFactor = 4

/**
 * With the usual 60, what stands in the middle of both lists comes before what is the first of one, and
 * nothing was found better than by words alone. Of `npm run bench:knowledge`, whose questions a small
 * model answers worse than words do, these find the most, and hardly depend on how long the lists are.
 */
const fusion = { smoothing: 5, weights: [1, 0.75] } as const

/** Passages by both lists; the score is the share of the best that there could be. */
export function fusedPassages(
  byWords: readonly Ranked[],
  byVector: readonly Ranked[],
): readonly Ranked[] {
  const first = [{ id: '', score: 0 }]
  const best = fuseRanks([first, first], fusion)[0]?.score ?? 1
  return fuseRanks([byWords, byVector], fusion).map(({ id, score }) => ({
    id,
    score: score / best,
  }))
}
