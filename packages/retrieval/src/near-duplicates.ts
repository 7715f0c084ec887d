/** Texts that share at least this part of their words say the same. */
const sharedMin = 0.85

/**
 * Tells texts that say the same as one before, whatever their order and white space: by the share of
 * their distinct words that both have.
 */
export class NearDuplicates {
  readonly #known: ReadonlySet<string>[] = []

  /** Whether a text, of which these are the words, is new; it is remembered then. */
  isNew(words: readonly string[]): boolean {
    const distinct = new Set(words)
    if (this.#known.some((known) => shared(known, distinct) >= sharedMin)) return false
    this.#known.push(distinct)
    return true
  }
}

/** Their common words as a share of all that one of them has. */
function shared(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const [few, many] = one.size < other.size ? [one, other] : [other, one]
  if (many.size === 0) return 1
  let both = 0
  for (const word of few) if (many.has(word)) both++
  return both / (one.size + other.size - both)
}
