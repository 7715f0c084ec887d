import type { Item } from '@fairlead/llm'
import { timeGrowth } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import { pairToolCalls } from './pair-tool-calls.ts'
import { call, output, user } from './test-support/items.ts'

/** What a caller sends, by its number of items; made once, so that only the work is measured. */
type Body = (count: number) => readonly Item[]

const times = (count: number, items: (index: number) => Item | readonly Item[]): Item[] =>
  Array.from({ length: count }, (_, index) => items(index)).flat()

const entriesOf = (body: Body) => (size: number) => body(size).map((item) => ({ turn: 't', item }))

it.each<[string, Body]>([
  ['calls, each with its output', (n) => times(n, (i) => [call(`c${i}`), output(`c${i}`)])],
  ['calls of one id', (n) => times(n, () => [call('c'), output('c')])],
  [
    'calls at once, and their outputs in reverse',
    (n) => [...times(n, (i) => call(`c${i}`)), ...times(n, (i) => output(`c${n - 1 - i}`))],
  ],
  ['calls of one id at once', (n) => times(n, () => call('c'))],
  ['calls without outputs', (n) => times(n, (i) => [user('a'), call(`c${i}`)])],
  ['outputs without calls', (n) => times(n, () => output('c'))],
])('pairing takes linear time: %s', async (_, body) => {
  const growth = await timeGrowth(entriesOf(body), 2000, (entries) => pairToolCalls(entries, []))
  expect(growth).toBeLessThan(32)
})

it('finding spare outputs takes linear time', async () => {
  const calls = entriesOf((n) => times(n, (i) => call(`c${i}`)))
  const spares = (size: number) => Array.from({ length: size }, (_, i) => output(`c${i}`))
  const growth = await timeGrowth(
    (size) => ({ entries: calls(size), spares: spares(size) }),
    2000,
    (input) => pairToolCalls(input.entries, input.spares),
  )
  expect(growth).toBeLessThan(32)
})
