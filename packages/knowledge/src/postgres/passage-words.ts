import { wordHash } from '@fairlead/retrieval'
import { columnWeights } from '../column-weights.ts'
import type { IndexedPassage } from '../knowledge-index.ts'
import { indexedWords } from '../query-words.ts'

/** The words of a passage, as `postings` has them. */
export interface PassageWords {
  /** How often each stands there, by the weights of its places. */
  readonly frequencies: ReadonlyMap<number, number>
  /** How many words there are. */
  readonly length: number
}

/** PostgreSQL's smallint has no more. */
export const smallMax = 32_767

/** A word as PostgreSQL's integer, which has a sign. */
export function storedWord(word: string): number {
  return Math.trunc(wordHash(word)) | 0
}

/** Counts the words of a title once for all passages below it. */
export function wordCounter(title: string | null): (passage: IndexedPassage) => PassageWords {
  const titleWords = split(title ?? '')
  return ({ headings, text }) => {
    const frequencies = new Map<number, number>()
    let length = 0
    const add = (words: readonly number[], weight: number) => {
      length += words.length
      for (const word of words) {
        frequencies.set(word, Math.min(smallMax, (frequencies.get(word) ?? 0) + weight))
      }
    }
    add(titleWords, columnWeights.title)
    add(split(headings.join(' ')), columnWeights.headings)
    add(split(text), columnWeights.text)
    return { frequencies, length }
  }
}

function split(text: string): readonly number[] {
  const words = indexedWords(text)
  return words === '' ? [] : words.split(' ').map(storedWord)
}
