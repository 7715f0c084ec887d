import { SignSums } from './sign-sums.ts'

/** Bits of one 32-bit word that are set. */
function bitsSet(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555)
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333)
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** So many times as many as are wanted are chosen by signs in common, and of these those that are wanted. */
const coarseFactor = 8

/**
 * The signs of vectors, a bit for each dimension, in memory: of 100,000 vectors of 384 dimensions 6 MB,
 * which are searched in some milliseconds. Vectors that are near each other have most signs in common.
 */
export class VectorSigns {
  readonly #wordsPerVector: number
  #count = 0
  #signs: Uint32Array
  #passages: Int32Array
  /** 0 where the vector is gone. */
  #documents: Int32Array

  constructor(dimension: number) {
    this.#wordsPerVector = Math.ceil(dimension / 32)
    this.#signs = new Uint32Array(1024 * this.#wordsPerVector)
    this.#passages = new Int32Array(1024)
    this.#documents = new Int32Array(1024)
  }

  add(passage: number, document: number, vector: Int8Array): void {
    if (this.#count === this.#passages.length) this.#makeRoom()
    this.#passages[this.#count] = passage
    this.#documents[this.#count] = document
    this.#signs.set(this.#signsOf(vector), this.#count * this.#wordsPerVector)
    this.#count += 1
  }

  /** Looks at all vectors once, however many documents go. */
  remove(documents: ReadonlySet<number>): void {
    for (let at = 0; at < this.#count; at++) {
      if (documents.has(this.#documents[at] ?? 0)) this.#documents[at] = 0
    }
  }

  /** The passages whose vectors seem nearest to one by their signs: so many, or all that there are. */
  nearest(
    vector: Int8Array,
    limit: number,
    isAllowed: (document: number) => boolean,
  ): readonly number[] {
    const places = this.#inCommon(vector, coarseFactor * limit, isAllowed)
    const sums = new SignSums(vector)
    const size = this.#wordsPerVector
    const scores = Int32Array.from(places, (place) => sums.of(this.#signs, place * size))
    const least = scores.length > limit ? scores.toSorted()[scores.length - limit] : undefined
    return places.flatMap((place, at) =>
      least === undefined || (scores[at] ?? 0) >= least ? [this.#passages[place] ?? 0] : [],
    )
  }

  /** Where those vectors are that have the most signs in common with one. */
  #inCommon(
    vector: Int8Array,
    limit: number,
    isAllowed: (document: number) => boolean,
  ): readonly number[] {
    const wanted = this.#signsOf(vector)
    const size = this.#wordsPerVector
    const distances = new Uint16Array(this.#count)
    const farthest = 32 * size
    const counts = new Uint32Array(farthest + 1)
    for (let at = 0; at < this.#count; at++) {
      const document = this.#documents[at] ?? 0
      if (document === 0 || !isAllowed(document)) {
        distances[at] = farthest + 1
        continue
      }
      let distance = 0
      const from = at * size
      for (let word = 0; word < size; word++) {
        distance += bitsSet((this.#signs[from + word] ?? 0) ^ (wanted[word] ?? 0))
      }
      distances[at] = distance
      counts[distance] = (counts[distance] ?? 0) + 1
    }
    let reach = 0
    for (let found = counts[0] ?? 0; found < limit && reach < farthest; reach++) {
      found += counts[reach + 1] ?? 0
    }
    const near: number[] = []
    for (let at = 0; at < this.#count; at++) {
      if ((distances[at] ?? 0) <= reach) near.push(at)
    }
    return near
  }

  #signsOf(vector: Int8Array): Uint32Array {
    const signs = new Uint32Array(this.#wordsPerVector)
    vector.forEach((value, place) => {
      if (value <= 0) return
      const word = place >>> 5
      signs[word] = ((signs[word] ?? 0) | (1 << (place & 31))) >>> 0
    })
    return signs
  }

  /** In place of those that are gone, or in twice as much. */
  #makeRoom(): void {
    const size = this.#wordsPerVector
    let kept = 0
    for (let at = 0; at < this.#count; at++) {
      if (this.#documents[at] === 0) continue
      this.#passages[kept] = this.#passages[at] ?? 0
      this.#documents[kept] = this.#documents[at] ?? 0
      this.#signs.copyWithin(kept * size, at * size, (at + 1) * size)
      kept += 1
    }
    this.#count = kept
    if (kept * 2 <= this.#passages.length) return
    const room = this.#passages.length * 2
    const signs = new Uint32Array(room * size)
    signs.set(this.#signs)
    const passages = new Int32Array(room)
    passages.set(this.#passages)
    const documents = new Int32Array(room)
    documents.set(this.#documents)
    this.#signs = signs
    this.#passages = passages
    this.#documents = documents
  }
}
