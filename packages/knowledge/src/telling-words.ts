import type { Ranked } from '@fairlead/retrieval'

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
  /** What they find comes behind what was found before, instead of in its place. */
  readonly follows: boolean
}

/**
 * The words of a query to search by, one list after the other. First the rarer ones, as far as they stand
 * in no more passages than a search may look at: what stands nearly everywhere tells least and costs most.
 * A filter may let through too few of those: then some more, and then all words, behind what was found.
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
    { words: first, least: 1, follows: false },
    ...(more.length > first.length ? [{ words: more, least: wanted, follows: false }] : []),
    ...(rarestFirst.length > more.length
      ? [{ words: rarestFirst, least: Math.ceil(wanted / 2), follows: true }]
      : []),
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

/** What was found first, and behind it what was found by more words. */
export function filledUp(
  found: readonly Ranked[],
  more: readonly Ranked[],
  limit: number,
): readonly Ranked[] {
  const known = new Set(found.map(({ id }) => id))
  return [...found, ...more.filter(({ id }) => !known.has(id))].slice(0, limit)
}
