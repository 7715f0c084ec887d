import { expect, it } from 'vitest'
import { carefulEstimate } from '../../packages/context/src/tokens/careful-estimate.ts'
import { wordsOf } from '../../packages/retrieval/src/words.ts'
import { budgets, measureRecall, selections } from './measure-recall.ts'
import { syntheticChats } from './synthetic-chats.ts'

const chats = syntheticChats(2, 150)

/** A vector of words, such as a poor model would make. */
function vectorOf(text: string): Float32Array {
  const vector = new Float32Array(64)
  for (const word of wordsOf(text)) {
    const at = (word.charCodeAt(0) * 31 + word.charCodeAt(word.length - 1) + word.length) % 64
    vector[at] = (vector[at] ?? 0) + 1
  }
  const length = Math.hypot(...vector) || 1
  return vector.map((value) => value / length)
}

const measured = new Map(
  selections.map((selection) => [
    selection.name,
    measureRecall(chats, { selection, count: carefulEstimate, vectorOf }),
  ]),
)

it.each([
  ['BM25', 0.9],
  ['BM25 + neighbours', 0.9],
  ['Vector', 0.5],
  ['Hybrid', 0.9],
])('of what answers a question, %s finds at least this share at 1k: %d', (name, floor) => {
  expect(measured.get(name)?.whole[0]).toBeGreaterThan(floor)
})

it('the last window has little of it', () => {
  expect(measured.get('last window')?.whole[0]).toBeLessThan(0.2)
})

it('no selection has more tokens than it may', () => {
  for (const { tokens } of measured.values()) {
    tokens.forEach((most, at) => expect(most).toBeLessThanOrEqual(budgets[at] ?? 0))
  }
})

it('is the same again for the same chats', () => {
  expect(syntheticChats(2, 150)).toEqual(chats)
})
