/** How many matches a search by words looks at: as many as take some milliseconds. */
export const lookedMax = 10_000

/** How many it looks at when it found too few among those. */
const lookedAgainMax = 30_000

/** How many matches it looks at in any case, of words that stand nearly everywhere. */
export const lookedAtMost = 40_000

interface CountedWord {
  /** How many passages have it. */
  readonly passages: number
}

interface WordsToTry<T> {
  readonly words: readonly T[]
  /** They are only tried where fewer passages were found before. */
  readonly least: number
}

/**
 * The words of a query to search by, one list after the other. First the rarer ones, as far as they stand
 * in no more passages than a search may look at: what stands nearly everywhere tells least and costs most.
 * A filter may let through too few of those: then some more, and all words where nothing was found.
 */
export function tellingWords<T extends CountedWord>(
  counted: readonly T[],
  wanted: number,
): readonly WordsToTry<T>[] {
  const rarestFirst = counted
    .filter(({ passages }) => passages > 0)
    .toSorted((one, other) => one.passages - other.passages)
  const first = within(rarestFirst, lookedMax)
  const more = within(rarestFirst, lookedAgainMax)
  return [
    { words: first, least: 1 },
    ...(more.length > first.length ? [{ words: more, least: wanted }] : []),
    ...(rarestFirst.length > more.length ? [{ words: rarestFirst, least: 1 }] : []),
  ]
}

/** The rarest of all is always among them. */
function within<T extends CountedWord>(rarestFirst: readonly T[], most: number): readonly T[] {
  let looked = 0
  return rarestFirst.filter(({ passages }, place) => {
    looked += passages
    return place === 0 || looked <= most
  })
}
