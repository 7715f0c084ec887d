import type { Item } from '@fairlead/llm'
import { timeGrowth } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import { matchRepeatedInput } from './match-repeated-input.ts'
import { pairToolCalls } from './pair-tool-calls.ts'
import { assistant, call, output, user } from './test-support/items.ts'

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

it.each<[string, Body, Body]>([
  [
    'the same words over and over',
    (n) => [user('first'), ...times(n, () => [user('a'), assistant('a')])],
    (n) => times(n, () => [user('a'), assistant('a')]),
  ],
  [
    'the same words over and over, and then others',
    (n) => [user('first'), ...times(n, () => assistant('a'))],
    (n) => [...times(n / 2, () => assistant('a')), user('c'), assistant('d')],
  ],
])('matching takes linear time: %s', async (_, log, body) => {
  for (const isCut of [() => false, (index: number) => index % 100 === 99]) {
    const growth = await timeGrowth(
      (size) => ({
        log: log(size).map((item, index) => ({ item, cut: isCut(index) })),
        body: body(size),
      }),
      500,
      (input) => matchRepeatedInput(input.log, [], input.body),
    )
    expect(growth).toBeLessThan(32)
  }
})
