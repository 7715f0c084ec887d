import { FakeClock } from '@fairlead/base/testing'
import { beforeEach, expect, it } from 'vitest'
import { RunHistory } from './run-history.ts'

let clock: FakeClock

beforeEach(() => {
  clock = new FakeClock()
})

function runOf(history: RunHistory, key: string, id: string, error?: unknown): void {
  const run = history.begin(key, id, [])
  history.end(key, run, error === undefined ? { outcome: 'success' } : { outcome: 'error', error })
}

it('tells the last runs of a key, newest first, and the one that goes on', async () => {
  const history = new RunHistory(clock)
  const startMs = clock.now()
  const first = history.begin('a', 'first', [{ verb: 'create', atMs: startMs }])
  await clock.advance(30)
  history.end('a', first, { outcome: 'requeue_after', requeueAfterMs: 500 })
  await clock.advance(10)
  history.begin('a', 'second', [])
  expect(history.of('a')).toEqual([
    { reconcileID: 'second', startMs: startMs + 40, outcome: 'running', triggers: [] },
    {
      reconcileID: 'first',
      startMs,
      durationMs: 30,
      outcome: 'requeue_after',
      requeueAfterMs: 500,
      triggers: [{ verb: 'create', atMs: startMs }],
    },
  ])
  expect(history.of('b')).toEqual([])
})

it('keeps the first error of a run that was abandoned, and ends it when it does end', async () => {
  const history = new RunHistory(clock)
  const run = history.begin('a', 'x', [])
  history.end('a', run, { outcome: 'abandoned', error: new Error('too long') })
  expect(history.of('a')[0]).not.toHaveProperty('durationMs')
  await clock.advance(7)
  history.end('a', run, { outcome: 'error' })
  expect(history.of('a')).toMatchObject([{ outcome: 'error', error: 'too long', durationMs: 7 }])
})

it('forgets the oldest runs of a key', () => {
  const history = new RunHistory(clock, { runsPerKey: 2 })
  for (const id of ['1', '2', '3']) runOf(history, 'a', id)
  expect(history.of('a').map(({ reconcileID }) => reconcileID)).toEqual(['3', '2'])
})

it('forgets keys that were run long ago, never one of the last', () => {
  const history = new RunHistory(clock, { keys: 2 })
  for (const key of ['a', 'b', 'a', 'c', 'd', 'a', 'e']) runOf(history, key, 'x')
  const kept = ['a', 'b', 'c', 'd', 'e'].map((key) => history.of(key).length)
  expect(kept).toEqual([3, 0, 1, 1, 1])
  for (const key of ['f', 'g', 'h']) runOf(history, key, 'x')
  expect(['a', 'd', 'h'].map((key) => history.of(key).length)).toEqual([0, 0, 1])
})

it('records not all of a flood, and all again after it', async () => {
  const history = new RunHistory(clock, { bytes: Infinity, keys: 20_000 })
  for (let key = 0; key < 10_000; key += 1) runOf(history, `k${key}`, 'x')
  const kept = () =>
    Array.from({ length: 10_000 }, (_, key) => history.of(`k${key}`)).filter(({ length }) => length)
  expect(kept()).toHaveLength(4096)
  await clock.advance(10)
  runOf(history, 'k9999', 'x')
  expect(kept()).toHaveLength(4097)
})

it('takes no more memory than allowed, whatever errors say', () => {
  const history = new RunHistory(clock, { bytes: 20_000, runsPerKey: 100 })
  for (let key = 0; key < 1000; key += 1) {
    runOf(history, `k${key}`, 'x', new Error('y'.repeat(100_000)))
  }
  const kept = Array.from({ length: 1000 }, (_, key) => history.of(`k${key}`)).filter(
    (runs) => runs.length > 0,
  )
  expect(kept.length).toBeGreaterThan(3)
  expect(kept.length).toBeLessThan(11)
  expect(kept.flat().map(({ error }) => error?.length)).toEqual(kept.map(() => 1024))
  for (let run = 0; run < 1000; run += 1) runOf(history, 'one', 'x', 'z'.repeat(2000))
  expect(history.of('one').length).toBeLessThan(6)
})
