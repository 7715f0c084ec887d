/** A text as it is indexed. */
export interface CountedText {
  /** What its owner calls it: a whole number below 2^32. */
  readonly ref: number
  /** How many words it has. */
  readonly length: number
  /** How often each has, by its hash. */
  readonly counts: ReadonlyMap<number, number>
}

const format = 0x32574c46
const headerWords = 4

/**
 * An index of some texts that no longer changes: bytes that can be kept and read back as they are,
 * without taking them apart. Postings are deltas of variable length, read only for what is searched.
 */
export class WordSegment {
  readonly bytes: Uint8Array
  readonly textCount: number
  /** In words, of all texts. */
  readonly totalLength: number
  readonly #refs: Uint32Array
  readonly #lengths: Uint32Array
  readonly #hashes: Uint32Array
  readonly #offsets: Uint32Array
  readonly #postings: Uint8Array

  /** Throws an Error for bytes that `segmentOf` has not made. */
  constructor(given: Uint8Array) {
    // Numbers of four bytes are read in place, so they must stand at a multiple of four.
    const bytes = given.byteOffset % 4 === 0 ? given : Uint8Array.from(given)
    const numbers = (from: number, count: number) =>
      new Uint32Array(bytes.buffer, bytes.byteOffset + from * 4, count)
    if (bytes.length < headerWords * 4) throw new Error('it is no index of words: it is too short')
    const [mark, texts = 0, terms = 0, size = 0] = numbers(0, headerWords)
    const words = headerWords + 2 * texts + 2 * terms + 1
    if (mark !== format || bytes.length !== words * 4 + size) {
      throw new Error('it is no index of words, or of another version')
    }
    this.bytes = bytes
    this.textCount = texts
    this.#refs = numbers(headerWords, texts)
    this.#lengths = numbers(headerWords + texts, texts)
    this.#hashes = numbers(headerWords + 2 * texts, terms)
    this.#offsets = numbers(headerWords + 2 * texts + terms, terms + 1)
    this.#postings = bytes.subarray(words * 4)
    this.totalLength = this.#lengths.reduce((sum, length) => sum + length, 0)
  }

  ref(text: number): number {
    return this.#refs[text] ?? 0
  }

  length(text: number): number {
    return this.#lengths[text] ?? 0
  }

  /** How many texts have a word, which stands at a place that `placeOf` gave. */
  textsWith(term: number): number {
    return term === -1 ? 0 : this.#numberAt(this.#offsets[term] ?? 0)
  }

  /**
   * Calls back for each text that has the word at a place: with its number in the segment, and how often
   * it has it.
   */
  eachWith(term: number, found: (text: number, count: number) => void): void {
    if (term === -1) return
    const end = this.#offsets[term + 1] ?? 0
    const postings = this.#postings
    let at = this.#after(this.#offsets[term] ?? 0)
    let text = -1
    while (at < end) {
      let step = postings[at] ?? 0
      // Nearly all numbers are of one byte.
      if (step < 0x80) at += 1
      else {
        step = this.#numberAt(at)
        at = this.#after(at)
      }
      text += step >>> 1
      if ((step & 1) === 0) found(text, 1)
      else {
        found(text, this.#numberAt(at))
        at = this.#after(at)
      }
    }
  }

  #numberAt(place: number): number {
    const first = this.#postings[place] ?? 0
    if (first < 0x80) return first
    let value = first & 0x7f
    for (let shift = 7, at = place + 1; shift < 35; shift += 7, at++) {
      const byte = this.#postings[at] ?? 0
      value |= (byte & 0x7f) << shift
      if (byte < 0x80) break
    }
    return value >>> 0
  }

  /** The place of what comes after a number. */
  #after(place: number): number {
    let at = place
    while ((this.#postings[at] ?? 0) >= 0x80) at++
    return at + 1
  }

  /** The place of a word; -1 where no text has it. */
  placeOf(hash: number): number {
    let low = 0
    let high = this.#hashes.length - 1
    while (low <= high) {
      const middle = (low + high) >>> 1
      const value = this.#hashes[middle] ?? 0
      if (value === hash) return middle
      if (value < hash) low = middle + 1
      else high = middle - 1
    }
    return -1
  }
}

/** The segment of some texts, in their order. */
export function segmentOf(texts: readonly CountedText[]): WordSegment {
  const postings = new Map<number, number[]>()
  texts.forEach(({ counts }, text) => {
    for (const [hash, count] of counts) {
      const known = postings.get(hash)
      if (known === undefined) postings.set(hash, [text, count])
      else known.push(text, count)
    }
  })
  const hashes = Uint32Array.from(postings.keys()).toSorted()
  const offsets = new Uint32Array(hashes.length + 1)
  const packed: number[] = []
  hashes.forEach((hash, term) => {
    pack(postings.get(hash) ?? [], packed)
    offsets[term + 1] = packed.length
  })
  const numbers = [
    Uint32Array.of(format, texts.length, hashes.length, packed.length),
    Uint32Array.from(texts, ({ ref }) => ref),
    Uint32Array.from(texts, ({ length }) => length),
    hashes,
    offsets,
  ]
  const size = numbers.reduce((sum, one) => sum + one.length, 0)
  const bytes = new Uint8Array(size * 4 + packed.length)
  let at = 0
  for (const one of numbers) {
    bytes.set(new Uint8Array(one.buffer, one.byteOffset, one.byteLength), at)
    at += one.byteLength
  }
  bytes.set(packed, at)
  return new WordSegment(bytes)
}

/** How many texts there are; then texts and counts, as deltas; a count of one takes a bit. */
function pack(postings: readonly number[], packed: number[]): void {
  addNumber(postings.length / 2, packed)
  let before = -1
  for (let at = 0; at < postings.length; at += 2) {
    const text = postings[at] ?? 0
    const count = postings[at + 1] ?? 1
    addNumber(((text - before) << 1) | (count === 1 ? 0 : 1), packed)
    if (count !== 1) addNumber(count, packed)
    before = text
  }
}

function addNumber(value: number, packed: number[]): void {
  let rest = value >>> 0
  while (rest >= 0x80) {
    packed.push((rest & 0x7f) | 0x80)
    rest >>>= 7
  }
  packed.push(rest)
}
