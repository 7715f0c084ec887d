import { expect, it } from 'vitest'
import { readExtraction } from './read-extraction.ts'

it('reads what has the form that was asked for, and counts what has not', () => {
  const answer = {
    add: [{ text: 'a' }, { text: 1 }, 'b', { text: 'c', id: 'n1' }],
    change: [{ id: 'n1', text: 'd' }, { id: 'n2' }],
    remove: ['n3', 4, { id: 'n4' }],
  }
  expect(readExtraction(JSON.stringify(answer))).toEqual({
    add: ['a'],
    change: new Map([['n1', 'd']]),
    remove: ['n3'],
    dropped: 6,
  })
})

it.each(['{}', '```json\n{"add": []}\n```', ' {"remove": []} '])(
  'takes %j for nothing',
  (answer) => {
    expect(readExtraction(answer)).toEqual({ add: [], change: new Map(), remove: [], dropped: 0 })
  },
)

it.each([
  '',
  'Nothing to note.',
  '[]',
  '{"notes": []}',
  '{"add": {}}',
  '{"add": []} and more',
  'null',
])('does not take %j for an answer', (answer) => {
  expect(readExtraction(answer)).toBeUndefined()
})

it('is done at once with a fence that does not end', () => {
  const started = performance.now()
  expect(readExtraction(`\`\`\`${'\n'.repeat(200_000)}x`)).toBeUndefined()
  expect(performance.now() - started).toBeLessThan(1000)
})

it('takes no more changes than a turn is worth, what is forgotten first', () => {
  const many = (count: number) => Array.from({ length: count }, (_, at) => ({ text: `note ${at}` }))
  const remove = Array.from({ length: 10 }, (_, at) => `n${at}`)
  const read = readExtraction(JSON.stringify({ add: many(1000), change: [], remove }))
  expect(read?.remove).toHaveLength(10)
  expect(read?.add).toHaveLength(6)
  expect(read?.dropped).toBe(994)
})
