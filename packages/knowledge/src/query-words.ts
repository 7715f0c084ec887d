import { wordsOf } from '@fairlead/retrieval'

/** More words of a query tell nothing more, and each costs time. */
const wordsMax = 64

/** The words that a query is searched by, each once: the longest, where there are very many. */
export function queryWords(text: string): readonly string[] {
  const words = [...new Set(wordsOf(text.slice(0, 20_000)))]
  if (words.length <= wordsMax) return words
  return words.toSorted((one, other) => other.length - one.length).slice(0, wordsMax)
}

/** A text as an index of words keeps it: what it is searched by, in its order. */
export function indexedWords(text: string): string {
  return wordsOf(text).join(' ')
}
