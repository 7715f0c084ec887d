import { expect, it } from 'vitest'
import { JobQueue } from './job-queue.ts'

function queueOf() {
  const queue = new JobQueue()
  const failures: string[] = []
  const add = (operation: 'search' | 'put', name: string | number, signal?: AbortSignal) =>
    queue.add({
      job: { operation, list: [name] },
      signal,
      resolve: () => {},
      reject: ({ message }) => failures.push(`${name}: ${message}`),
    })
  const taken = () => {
    const names: unknown[] = []
    for (let next = queue.next(); next !== undefined; next = queue.next()) {
      names.push(next.job.list[0])
    }
    return names
  }
  return { queue, failures, add, taken }
}

it('what is no search waits for one search at most, and searches for one other', () => {
  const { add, taken } = queueOf()
  for (let at = 0; at < 4; at++) add('search', at)
  for (const name of ['a', 'b']) add('put', name)
  expect(taken()).toEqual([0, 'a', 1, 'b', 2, 3])
})

it('searches of callers who gave up are dropped, and leave room for others', () => {
  const { add, failures, taken } = queueOf()
  const stop = new AbortController()
  for (let at = 0; at < 999; at++) add('search', at, stop.signal)
  add('search', 'kept')
  expect(() => add('search', 'refused')).toThrow('too much is waiting')
  stop.abort(new Error('enough'))
  add('search', 'late')
  expect(failures).toHaveLength(999)
  expect(failures[0]).toBe('0: enough')
  expect(taken()).toEqual(['kept', 'late'])
  add('search', 'given up', stop.signal)
  expect(taken()).toEqual([])
  expect(failures.at(-1)).toBe('given up: enough')
})

it('however many searches wait, there is room for what keeps the index up to date', () => {
  const { add, failures, queue, taken } = queueOf()
  for (let at = 0; at < 1000; at++) add('search', at)
  add('put', 'a')
  expect(() => add('search', 'refused')).toThrow('too much is waiting')
  queue.fail(new Error('it is closed'))
  expect(failures).toHaveLength(1001)
  expect(taken()).toEqual([])
})
