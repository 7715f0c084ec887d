import { wordHash } from './word-hash.ts'
import { type CountedText, segmentOf, type WordSegment } from './word-segment.ts'

/** How soon a word that is there again counts less, and how much long texts count less: BM25's own. */
const saturation = 1.2
const lengthShare = 0.75

/** As many words of a query count, the rarest: more tell nothing more. */
const wordsMax = 64

/** So many new texts are put together into a segment. */
const freshMax = 128

/** A text that was found. */
interface FoundText {
  readonly ref: number
  /** By BM25; higher is better. */
  readonly score: number
  /** Share of the query's words, by their weights, that the text has: 1 for all of them. */
  readonly coverage: number
}

interface KeywordQuery {
  /** As `wordsOf` gives them; repeated ones count once. */
  readonly words: readonly string[]
  readonly limit: number
  /** Texts that may be found. */
  readonly accept: (ref: number) => boolean
}

/** Finds texts by words, with BM25. It grows, and holds numbers only: the texts stay with their owner. */
export class KeywordIndex {
  readonly #segments: WordSegment[] = []
  #fresh: CountedText[] = []
  /** That of the fresh texts; undefined when it is out of date. */
  #freshSegment: WordSegment | undefined

  /** In bytes, about. */
  get size(): number {
    const fresh = this.#fresh.reduce((sum, { counts }) => sum + 32 + 40 * counts.size, 0)
    return this.#segments.reduce((sum, { bytes }) => sum + bytes.length, fresh)
  }

  get textCount(): number {
    return this.#segments.reduce((sum, { textCount }) => sum + textCount, this.#fresh.length)
  }

  /** `ref` is a whole number below 2^32, greater than those before. */
  add(ref: number, words: readonly string[]): void {
    const counts = new Map<number, number>()
    for (const word of words) {
      const hash = wordHash(word)
      counts.set(hash, (counts.get(hash) ?? 0) + 1)
    }
    this.#fresh.push({ ref, length: words.length, counts })
    this.#freshSegment = undefined
    if (this.#fresh.length < freshMax) return
    this.addSegment(segmentOf(this.#fresh))
    this.#fresh = []
  }

  addSegment(segment: WordSegment): void {
    this.#segments.push(segment)
  }

  /** Best first; equal ones by `ref`, the newest first. */
  search({ limit, ...query }: KeywordQuery): readonly FoundText[] {
    return this.scored(query)
      .toSorted((one, other) => other.score - one.score || other.ref - one.ref)
      .slice(0, limit)
  }

  /** All that is found, in the order in which it was added. */
  scored({ words, accept }: Omit<KeywordQuery, 'limit'>): readonly FoundText[] {
    const segments = this.#all()
    const texts = segments.reduce((sum, { textCount }) => sum + textCount, 0)
    if (texts === 0) return []
    const total = segments.reduce((sum, { totalLength }) => sum + totalLength, 0)
    const averageLength = Math.max(1, total / texts)
    const hashes = new Set(words.map(wordHash))
    const terms = Array.from(hashes, (hash) => {
      const postings = segments.map((segment) => segment.postings(hash))
      const count = postings.reduce((sum, { length }) => sum + length / 2, 0)
      return { postings, weight: Math.log(1 + (texts - count + 0.5) / (count + 0.5)) }
    })
      .toSorted((one, other) => other.weight - one.weight)
      .slice(0, wordsMax)
    const allWeights = terms.reduce((sum, { weight }) => sum + weight, 0)
    const found: FoundText[] = []
    segments.forEach((segment, number) => {
      const scores = new Float64Array(segment.textCount)
      const weights = new Float64Array(segment.textCount)
      for (const { postings, weight } of terms) {
        const pairs = postings[number] ?? []
        for (let at = 0; at < pairs.length; at += 2) {
          const text = pairs[at] ?? 0
          const count = pairs[at + 1] ?? 0
          const longer = segment.length(text) / averageLength
          const damped = count + saturation * (1 - lengthShare + lengthShare * longer)
          scores[text] = (scores[text] ?? 0) + (weight * count * (saturation + 1)) / damped
          weights[text] = (weights[text] ?? 0) + weight
        }
      }
      scores.forEach((score, text) => {
        const ref = segment.ref(text)
        if (score === 0 || !accept(ref)) return
        found.push({ ref, score, coverage: (weights[text] ?? 0) / allWeights })
      })
    })
    return found
  }

  #all(): readonly WordSegment[] {
    if (this.#fresh.length === 0) return this.#segments
    this.#freshSegment ??= segmentOf(this.#fresh)
    return [...this.#segments, this.#freshSegment]
  }
}
