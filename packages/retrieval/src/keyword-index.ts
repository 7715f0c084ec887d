import { wordHash } from './word-hash.ts'
import { type CountedText, segmentOf, type WordSegment } from './word-segment.ts'

/** How soon a word that is there again counts less, and how much long texts count less: BM25's own. */
const saturation = 1.2
const lengthShare = 0.75

/** As many words of a query count, the rarest: more tell nothing more. */
const wordsMax = 64

/** So many new texts are put together into a segment, unless their owner does so before. */
const freshMax = 256

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

/** A word that is looked for. */
interface SearchedWord {
  readonly weight: number
  /** Its place in each part of the index. */
  readonly places: readonly number[]
}

/** Texts that were added together, or lately, as they are searched. */
interface SearchedTexts {
  readonly textCount: number
  ref(text: number): number
  length(text: number): number
  placeOf(hash: number): number
  textsWith(place: number): number
  eachWith(place: number, found: (text: number, count: number) => void): void
}

/** Finds texts by words, with BM25. It grows, and holds numbers only: the texts stay with their owner. */
export class KeywordIndex {
  readonly #segments: WordSegment[] = []
  /** Of the segments. */
  #texts = 0
  #totalLength = 0
  #bytes = 0
  #fresh: CountedText[] = []
  #freshLength = 0
  #freshWords = 0

  /** In bytes, about. */
  get size(): number {
    return this.#bytes + 32 * this.#fresh.length + 40 * this.#freshWords
  }

  get textCount(): number {
    return this.#texts + this.#fresh.length
  }

  /** `ref` is a whole number below 2^32, greater than those before. */
  add(ref: number, words: readonly string[]): void {
    const counts = new Map<number, number>()
    for (const word of words) {
      const hash = wordHash(word)
      counts.set(hash, (counts.get(hash) ?? 0) + 1)
    }
    this.#fresh.push({ ref, length: words.length, counts })
    this.#freshLength += words.length
    this.#freshWords += counts.size
    if (this.#fresh.length === freshMax) this.seal()
  }

  /** Puts the texts that have come since the last segment together into one, which is returned. */
  seal(): WordSegment {
    const segment = segmentOf(this.#fresh)
    this.#fresh = []
    this.#freshLength = 0
    this.#freshWords = 0
    this.addSegment(segment)
    return segment
  }

  /** Adds texts that were put together before, after a segment. */
  addSegment(segment: WordSegment): void {
    this.#segments.push(segment)
    this.#texts += segment.textCount
    this.#totalLength += segment.totalLength
    this.#bytes += segment.bytes.length
  }

  /** Best first; equal ones by `ref`, the newest first. */
  search({ accept, limit, words }: KeywordQuery): readonly FoundText[] {
    const all: FoundText[] = []
    this.eachFound(words, (ref, score, coverage) => {
      if (accept(ref)) all.push({ ref, score, coverage })
    })
    return all
      .toSorted((one, other) => other.score - one.score || other.ref - one.ref)
      .slice(0, limit)
  }

  /**
   * Calls back for all that is found for words, as `wordsOf` gives them, of which repeated ones count
   * once: with what a `FoundText` has, in the order in which the texts were added.
   */
  eachFound(
    words: readonly string[],
    found: (ref: number, score: number, coverage: number) => void,
  ): void {
    const parts: readonly SearchedTexts[] = [...this.#segments, freshTexts(this.#fresh)]
    const searched = this.#searched(words, parts)
    const allWeights = searched.reduce((sum, { weight }) => sum + weight, 0)
    const averageLength = Math.max(1, (this.#totalLength + this.#freshLength) / this.textCount)
    const most = parts.reduce((largest, { textCount }) => Math.max(largest, textCount), 0)
    const scores = new Float64Array(most)
    const weights = new Float64Array(most)
    const damping = new Float64Array(most)
    for (const [number, part] of parts.entries()) {
      const here = searched.filter(({ places }) => part.textsWith(places[number] ?? -1) > 0)
      if (here.length === 0) continue
      for (let text = 0; text < part.textCount; text++) {
        const longer = part.length(text) / averageLength
        damping[text] = saturation * (1 - lengthShare + lengthShare * longer)
      }
      for (const { places, weight } of here) {
        part.eachWith(places[number] ?? -1, (text, count) => {
          const damped = count + (damping[text] ?? 0)
          scores[text] = (scores[text] ?? 0) + (weight * count * (saturation + 1)) / damped
          weights[text] = (weights[text] ?? 0) + weight
        })
      }
      for (let text = 0; text < part.textCount; text++) {
        const score = scores[text] ?? 0
        if (score > 0) found(part.ref(text), score, (weights[text] ?? 0) / allWeights)
      }
      scores.fill(0)
      weights.fill(0)
    }
  }

  /** The rarest of some words, rarer ones first. */
  #searched(words: readonly string[], parts: readonly SearchedTexts[]): readonly SearchedWord[] {
    const texts = this.textCount
    const hashes = new Set(words.map(wordHash))
    return Array.from(hashes, (hash) => {
      const places = parts.map((part) => part.placeOf(hash))
      const count = parts.reduce((sum, part, at) => sum + part.textsWith(places[at] ?? -1), 0)
      return { places, weight: Math.log(1 + (texts - count + 0.5) / (count + 0.5)) }
    })
      .toSorted((one, other) => other.weight - one.weight)
      .slice(0, wordsMax)
  }
}

function freshTexts(texts: readonly CountedText[]): SearchedTexts {
  return {
    textCount: texts.length,
    ref: (text) => texts[text]?.ref ?? 0,
    length: (text) => texts[text]?.length ?? 0,
    placeOf: (hash) => hash,
    textsWith: (hash) => texts.reduce((sum, { counts }) => sum + (counts.has(hash) ? 1 : 0), 0),
    eachWith(hash, found) {
      texts.forEach(({ counts }, text) => {
        const count = counts.get(hash)
        if (count !== undefined) found(text, count)
      })
    },
  }
}
