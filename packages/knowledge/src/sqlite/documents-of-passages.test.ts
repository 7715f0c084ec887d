import { SeededRandom } from '@fairlead/base'
import { expect, it } from 'vitest'
import { DocumentsOfPassages } from './documents-of-passages.ts'

it('knows of each passage what was said last', () => {
  const random = new SeededRandom(5)
  const below = (count: number) => Math.floor(random.next() * count)
  const documents = new DocumentsOfPassages()
  const expected = new Map<number, number>()
  for (let step = 0; step < 20_000; step++) {
    const passage = below(2000)
    const document = below(3)
    documents.set(passage, document)
    expected.set(passage, document)
    const other = below(2000)
    expect(documents.get(other)).toBe(expected.get(other) ?? 0)
  }
  documents.clear()
  expect(documents.get(below(2000))).toBe(0)
})
