import type { Item } from '@fairlead/llm'
import { timeGrowth } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import { pairToolCalls } from './pair-tool-calls.ts'
import { placeInput } from './place-input.ts'
import { assistant, call, output, user } from './test-support/items.ts'
import { emptyTurn } from './test-support/turn-log.ts'
import { outlineOf } from './turn-outline.ts'
import { TurnTree } from './turn-tree.ts'
import type { Turn } from './turn.ts'

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

/** A log of so many turns, each after the one before it. */
const chain =
  (turn: (index: number) => Partial<Turn>) =>
  (size: number): Turn[] =>
    Array.from({ length: size }, (_, index) => ({
      ...emptyTurn,
      id: `t${index + 1}`,
      seq: index + 1,
      parent: index === 0 ? null : `t${index}`,
      ...turn(index),
    }))

const sameWords = { input: [user('a')], output: [assistant('a')] }
const long = 'The same beginning of every answer, and then '

it.each<[string, (size: number) => Turn[], Body]>([
  ['the same words', chain(() => sameWords), (n) => times(n, () => [user('a'), assistant('a')])],
  ['fewer', chain(() => sameWords), (n) => times(n / 2, () => [user('a'), assistant('a')])],
  [
    'questions without answers',
    chain(() => ({ ...sameWords, status: 'cancelled' })),
    (n) => [...times(n, () => user('a')), assistant('b')],
  ],
  [
    'siblings',
    chain((index) => ({
      ...sameWords,
      parent: null,
      output: [assistant(long + '.'.repeat(index))],
    })),
    (n) => [user('a'), assistant(long + ','.repeat(n))],
  ],
  [
    'siblings that are the beginning of what is sent',
    chain((index) => ({
      ...sameWords,
      parent: null,
      output: [assistant(long + 'x'.repeat(index))],
    })),
    (n) => [user('a'), assistant(long + 'x'.repeat(2 * n))],
  ],
  [
    'something else',
    chain(() => sameWords),
    (n) => times(n, (i) => [user(`b${i}`), assistant(`c${i}`)]),
  ],
  [
    'something else after the same words',
    chain(() => sameWords),
    (n) => [
      ...times(n / 2, () => [user('a'), assistant('a')]),
      ...times(n / 2, () => [user('b'), assistant('a')]),
    ],
  ],
  [
    'turns that are missing',
    chain((index) => ({ input: [user(`a${index}`)], output: [assistant('a')] })),
    (n) => times(n / 2, (i) => [user(`a${2 * i}`), assistant('a')]),
  ],
])('placing takes linear time: %s', async (_, turns, body) => {
  const growth = await timeGrowth(
    (size) => {
      const log = turns(size)
      const tree = new TurnTree(log.map(outlineOf))
      return { tree, head: log.at(-1)?.id ?? null, body: [...body(size), user('last')] }
    },
    150,
    ({ tree, head, body: sent }) =>
      placeInput(sent, { tree, head, leftOut: null, sendsHistory: true }),
  )
  expect(growth).toBeLessThan(32)
})
