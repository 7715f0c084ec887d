import { wordsOf } from '@fairlead/retrieval'

/**
 * How alike two texts are by their words, from 0 to 1: twice the number of words that both have,
 * divided by those of both together, whatever their order (F1).
 */
export function likenessOfWords(one: string, other: string): number {
  const [words, others] = [wordsOf(one), wordsOf(other)]
  if (words.length === 0 || others.length === 0) return one.trim() === other.trim() ? 1 : 0
  const left = new Map<string, number>()
  for (const word of words) left.set(word, (left.get(word) ?? 0) + 1)
  let common = 0
  for (const word of others) {
    const count = left.get(word) ?? 0
    if (count === 0) continue
    left.set(word, count - 1)
    common += 1
  }
  return (2 * common) / (words.length + others.length)
}
