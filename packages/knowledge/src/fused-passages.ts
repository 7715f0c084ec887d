import { fuseRanks, type Ranked } from '@fairlead/retrieval'

/** How many more passages than are wanted each way of searching finds, so that both have a say. */
export const candidateFactor = 4

/** Passages by both lists; the score is the share of the best that there could be. */
export function fusedPassages(
  byWords: readonly Ranked[],
  byVector: readonly Ranked[],
): readonly Ranked[] {
  const first = [{ id: '', score: 0 }]
  const best = fuseRanks([first, first])[0]?.score ?? 1
  return fuseRanks([byWords, byVector]).map(({ id, score }) => ({ id, score: score / best }))
}
