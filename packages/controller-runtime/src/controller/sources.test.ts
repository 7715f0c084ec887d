import { FakeClock } from '@fairlead/base/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Cache } from '../cache/cache.ts'
import { RecordingLogger } from '../testing/recording-logger.ts'
import { everySource } from './every-source.ts'
import { functionSource } from './function-source.ts'
import { pollingSource } from './polling-source.ts'
import type { PollingSourceOptions } from './polling-source.ts'
import type { Request } from './reconcile.ts'
import type { Source } from './source.ts'
import type { SourceContext } from './source-context.ts'

let clock: FakeClock
let logger: RecordingLogger
let stop: AbortController
let added: string[]
let context: SourceContext

beforeEach(() => {
  clock = new FakeClock()
  logger = new RecordingLogger()
  stop = new AbortController()
  added = []
  const queue = { add: ({ name }: Request) => void added.push(name) }
  context = { clock, logger, queue, cache: {} as Cache }
})

afterEach(async () => {
  stop.abort()
  await clock.advance(0)
  expect(clock.pendingTimers).toBe(0)
})

async function start(source: Source): Promise<void> {
  await source.start(context, stop.signal)
  await clock.advance(0)
}

describe('everySource', () => {
  it('requests at the start and after each interval, until it is stopped', async () => {
    let names = ['a', 'b']
    await start(everySource(1000, () => names.map((name) => ({ name }))))
    expect(added).toEqual(['a', 'b'])
    await clock.advance(999)
    expect(added).toHaveLength(2)
    names = ['c']
    await clock.advance(1)
    expect(added).toEqual(['a', 'b', 'c'])
    stop.abort()
    await clock.advance(5000)
    expect(added).toHaveLength(3)
  })

  it.each([0, -1, Number.NaN])('refuses an interval of %s ms', (intervalMs) => {
    expect(() => everySource(intervalMs, () => [])).toThrow('must be 1 or more')
  })
})

describe('pollingSource', () => {
  let states: Map<string, unknown>
  const polling = (more: Partial<PollingSourceOptions> = {}) =>
    pollingSource({
      name: 'bucket',
      everyMs: 1000,
      requests: () => [...states.keys()].map((name) => ({ name })),
      poll: async ({ name }) => states.get(name),
      ...more,
    })

  beforeEach(() => {
    states = new Map<string, unknown>([
      ['a', { size: 1 }],
      ['b', { size: 1 }],
    ])
  })

  it('requests what has changed outside, and nothing else', async () => {
    await start(polling())
    await clock.advance(3000)
    expect(added).toEqual([])
    states.set('b', { size: 2 })
    await clock.advance(1000)
    expect(added).toEqual(['b'])
    states.set('b', undefined)
    await clock.advance(3000)
    expect(added).toEqual(['b', 'b'])
  })

  it('takes what is new, or new again, as known', async () => {
    await start(polling())
    states.delete('a')
    await clock.advance(1000)
    states.set('a', { size: 9 })
    await clock.advance(1000)
    expect(added).toEqual([])
    states.set('a', { size: 10 })
    await clock.advance(1000)
    expect(added).toEqual(['a'])
  })

  it('takes a failure for no change, and tells it', async () => {
    let fails = false
    await start(
      polling({
        poll: async ({ name }) => {
          if (fails) throw new Error('no bucket answers')
          return states.get(name)
        },
      }),
    )
    fails = true
    await clock.advance(1000)
    fails = false
    await clock.advance(1000)
    expect(added).toEqual([])
    expect(logger.lines[0]).toMatchObject({ level: 'warn', fields: { source: 'bucket' } })
    states.set('a', 'other')
    await clock.advance(1000)
    expect(added).toEqual(['a'])
  })

  it('gives up a poll that hangs, and asks again', async () => {
    let hangs = true
    const signals: AbortSignal[] = []
    await start(
      polling({
        timeoutMs: 500,
        requests: () => [{ name: 'a' }],
        poll: (_, { signal }) => {
          signals.push(signal)
          return hangs ? new Promise(() => {}) : Promise.resolve(1)
        },
      }),
    )
    await clock.advance(500)
    expect(signals[0]?.aborted).toBe(true)
    expect(String(logger.lines[0]?.fields['err'])).toContain(
      'the poll of a took longer than 500 ms',
    )
    hangs = false
    await clock.advance(1000)
    expect(signals).toHaveLength(2)
  })

  it('polls no more at once than allowed', async () => {
    for (let number = 0; number < 50; number += 1) states.set(`x${number}`, number)
    let now = 0
    let most = 0
    await start(
      polling({
        concurrency: 4,
        poll: async () => {
          now += 1
          most = Math.max(most, now)
          await Promise.resolve()
          now -= 1
        },
      }),
    )
    expect(most).toBe(4)
  })

  it('goes on when the list of requests throws', async () => {
    let calls = 0
    await start(
      polling({
        requests: () => {
          calls += 1
          throw new Error('not cached')
        },
      }),
    )
    await clock.advance(1000)
    expect(calls).toBe(2)
    expect(logger.lines).toHaveLength(2)
  })
})

// controller-runtime pkg/source/source_test.go: "Func"
describe('Func', () => {
  it('should be called from Start', async () => {
    let run = false
    await start(
      functionSource('mine', async ({ queue }) => {
        run = true
        queue.add({ name: 'a' })
      }),
    )
    expect(run).toBe(true)
    expect(added).toEqual(['a'])
    const failing = functionSource('mine', async () => {
      throw new Error('expected error: Func')
    })
    await expect(start(failing)).rejects.toThrow('expected error: Func')
  })
})
