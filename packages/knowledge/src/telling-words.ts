/** How many matches a search by words looks at: as many as take some milliseconds. */
export const lookedMax = 10_000

/** How many it looks at when those were too few, as with words that stand nearly everywhere. */
export const lookedAtMost = 40_000

interface CountedWord {
  readonly word: string
  /** How many passages have it. */
  readonly passages: number
}

/**
 * The rarer of the words of a query, as far as they stand in no more passages than a search may look
 * at: what stands nearly everywhere tells least and costs most. The rarest of all is always among them.
 */
export function tellingWords(counted: readonly CountedWord[]): readonly CountedWord[] {
  const found = counted
    .filter(({ passages }) => passages > 0)
    .toSorted((one, other) => one.passages - other.passages)
  let looked = 0
  return found.filter(({ passages }, place) => {
    looked += passages
    return place === 0 || looked <= lookedMax
  })
}
