import { SeededRandom } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { KeywordIndex } from './keyword-index.ts'
import { NearDuplicates } from './near-duplicates.ts'
import { segmentOf, WordSegment } from './word-segment.ts'
import { wordsOf } from './words.ts'

function indexOf(texts: readonly string[]): KeywordIndex {
  const index = new KeywordIndex()
  texts.forEach((text, ref) => index.add(ref, wordsOf(text)))
  return index
}

function found(index: KeywordIndex, query: string, accept = (_ref: number) => true) {
  return index.search({ words: wordsOf(query), limit: 10, accept })
}

const refs = (list: readonly { readonly ref: number }[]) => list.map(({ ref }) => ref)

describe('an index of words', () => {
  it('finds what has more and rarer words of a query first', () => {
    const index = indexOf([
      'The database runs on PostgreSQL.',
      'Lunch is at noon.',
      'The database has an index on orders.',
      'The database of orders runs in Frankfurt, with PostgreSQL.',
    ])
    expect(refs(found(index, 'Where does the PostgreSQL database of orders run?'))).toEqual([
      3, 0, 2,
    ])
    expect(found(index, 'Zanzibar')).toEqual([])
  })

  it('says how much of the query a text covers', () => {
    const index = indexOf(['red apples', 'green apples', 'red cars'])
    const [first, second] = found(index, 'red apples')
    expect(first?.coverage).toBeCloseTo(1)
    expect(second?.coverage).toBeCloseTo(0.5)
    expect(found(index, 'red zanzibar')[0]?.coverage).toBeLessThan(0.5)
  })

  it('finds only what is accepted', () => {
    const index = indexOf(['red', 'red', 'red'])
    expect(refs(found(index, 'red', (ref) => ref !== 1))).toEqual([2, 0])
  })

  it('finds the same however it has grown', () => {
    const seeded = new SeededRandom(7)
    const random = () => seeded.next()
    const vocabulary = Array.from({ length: 300 }, (_, number) => `word${number}x`)
    const pick = () => vocabulary[Math.floor(random() ** 2 * vocabulary.length)] ?? ''
    const texts = Array.from({ length: 700 }, () =>
      Array.from({ length: 1 + Math.floor(random() * 40) }, pick).join(' '),
    )
    const counted = texts.map((text, ref) => {
      const counts = new Map<string, number>()
      for (const word of wordsOf(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
      return { ref, counts }
    })
    const index = indexOf(texts)
    const ofSegments = new KeywordIndex()
    for (let from = 0; from < texts.length; from += 90) {
      const part = new KeywordIndex()
      const some = texts.slice(from, from + 90)
      some.forEach((text, at) => part.add(from + at, wordsOf(text)))
      ofSegments.addSegment(part.seal())
    }
    for (let round = 0; round < 30; round++) {
      const words = wordsOf([pick(), pick(), pick()].join(' '))
      const expected = counted
        .filter(({ counts }) => words.some((word) => counts.has(word)))
        .map(({ ref }) => ref)
      const all = index.search({ words, limit: texts.length, accept: () => true })
      expect(refs(all).toSorted((one, other) => one - other)).toEqual(expected)
      expect(ofSegments.search({ words, limit: texts.length, accept: () => true })).toEqual(all)
    }
    expect(index.textCount).toBe(700)
    expect(ofSegments.size).toBeLessThan(700 * 200)
  })
})

describe('a segment', () => {
  it('is its bytes, wherever they stand', () => {
    const counts = new Map([
      [5, 1],
      [4_000_000_000, 300],
    ])
    const { bytes } = segmentOf([
      { ref: 7, length: 301, counts },
      { ref: 4_000_000_001, length: 1, counts: new Map([[5, 1]]) },
    ])
    const shifted = new Uint8Array(bytes.length + 1)
    shifted.set(bytes, 1)
    const read = new WordSegment(shifted.subarray(1))
    const postings = (hash: number) => {
      const pairs: number[] = []
      read.eachWith(read.placeOf(hash), (text, count) => pairs.push(text, count))
      expect(read.textsWith(read.placeOf(hash))).toBe(pairs.length / 2)
      return pairs
    }
    expect(postings(5)).toEqual([0, 1, 1, 1])
    expect(postings(4_000_000_000)).toEqual([0, 300])
    expect(postings(6)).toEqual([])
    expect([read.ref(1), read.length(0), read.totalLength]).toEqual([4_000_000_001, 301, 302])
  })

  it('refuses bytes that are none', () => {
    const { bytes } = segmentOf([{ ref: 1, length: 1, counts: new Map([[5, 1]]) }])
    expect(() => new WordSegment(bytes.subarray(0, -1))).toThrow('no index of words')
    expect(() => new WordSegment(new Uint8Array(3))).toThrow('too short')
  })
})

describe('near duplicates', () => {
  it('are texts of almost the same words', () => {
    const known = new NearDuplicates()
    expect(known.isNew(wordsOf('How do I deploy the payment service to Frankfurt?'))).toBe(true)
    expect(known.isNew(wordsOf('how do I deploy the  payment service to frankfurt'))).toBe(false)
    expect(known.isNew(wordsOf('How do I deploy the search service to Frankfurt?'))).toBe(true)
  })
})
