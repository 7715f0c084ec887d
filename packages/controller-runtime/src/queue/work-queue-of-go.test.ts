// The cases of util/workqueue/queue_test.go, delaying_queue_test.go, rate_limiting_queue_test.go and
// metrics_test.go of kubernetes/client-go, under their names there, for what is one queue here. There
// is no ShutDownWithDrain: a controller waits for its workers, and what is queued is dropped.
import { FakeClock } from '@fairlead/base/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMetrics } from '../metrics/metrics.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { queueMetrics } from './queue-metrics.ts'
import { ExponentialBackoff } from './rate-limiter.ts'
import { WorkQueue } from './work-queue.ts'

let clock: FakeClock
let metrics: Metrics
let queue: WorkQueue<string>

beforeEach(() => {
  clock = new FakeClock()
  metrics = createMetrics()
  queue = new WorkQueue<string>({
    clock,
    keyOf: (item) => item,
    rateLimiter: new ExponentialBackoff({ baseMs: 1, maxMs: 1000 }),
    metrics: queueMetrics(metrics, 'test', clock),
  })
})
afterEach(() => {
  queue.shutdown()
  expect(clock.pendingTimers).toBe(0)
})

const next = async () => (await queue.get())?.item

/** The next item if there is one at once. */
async function now(): Promise<string | undefined> {
  const stop = new AbortController()
  const lease = queue.get(stop.signal)
  stop.abort()
  return (await lease)?.item
}

describe('queue_test.go', () => {
  it('TestBasic', async () => {
    const taken = new Map<string, number>()
    const workers = Array.from({ length: 10 }, async () => {
      for (let item = await next(); item !== undefined; item = await next()) {
        taken.set(item, (taken.get(item) ?? 0) + 1)
        queue.done(item)
      }
    })
    for (let producer = 0; producer < 50; producer += 1) {
      for (let n = 0; n < 50; n += 1) queue.add(`${producer}-${n}`)
    }
    await clock.advance(0)
    queue.shutdown()
    queue.add('added after shutdown!')
    await Promise.all(workers)
    expect(taken.size).toBe(50 * 50)
    expect([...taken.values()].every((times) => times === 1)).toBe(true)
  })

  it('TestAddWhileProcessing', async () => {
    const taken: string[] = []
    queue.add('foo')
    const item = await next()
    // What is added while it is processed comes once more, and not sooner than it is done.
    queue.add('foo')
    queue.add('foo')
    expect(await now()).toBeUndefined()
    queue.done(String(item))
    for (let one = await now(); one !== undefined; one = await now()) {
      taken.push(one)
      queue.done(one)
    }
    expect(taken).toEqual(['foo'])
  })

  it('TestLen', () => {
    queue.add('foo')
    expect(queue.length).toBe(1)
    queue.add('bar')
    expect(queue.length).toBe(2)
    queue.add('foo')
    expect(queue.length).toBe(2)
  })

  it('TestReinsert', async () => {
    queue.add('foo')
    expect(await next()).toBe('foo')
    queue.add('foo')
    queue.done('foo')
    expect(await next()).toBe('foo')
    queue.done('foo')
    expect(queue.length).toBe(0)
  })

  it('TestCollapse', async () => {
    queue.add('bar')
    queue.add('bar')
    expect(await next()).toBe('bar')
    queue.done('bar')
    expect(queue.length).toBe(0)
  })

  it('TestCollapseWhileProcessing', async () => {
    queue.add('foo')
    expect(await next()).toBe('foo')
    // Go counts it only once it is done; here it is in the queue, and nobody gets it.
    queue.add('foo')
    queue.add('foo')
    expect(queue.length).toBe(1)
    const waiting = next()
    queue.done('foo')
    expect(await waiting).toBe('foo')
    queue.done('foo')
    expect(queue.length).toBe(0)
  })

  it('TestNoQueueDrainageUsingShutDown', async () => {
    queue.add('foo')
    queue.add('bar')
    await next()
    await next()
    queue.shutdown()
    expect(queue.shuttingDown).toBe(true)
    expect(await next()).toBeUndefined()
  })

  it('TestQueueDrainageUsingShutDownWithDrainWithDirtyItem: what was added meanwhile is dropped', async () => {
    queue.add('foo')
    const item = await next()
    queue.add('foo')
    queue.shutdown()
    queue.done(String(item))
    expect(queue.length).toBe(0)
    expect(await next()).toBeUndefined()
  })

  it('TestGarbageCollection: a key leaves nothing behind', async () => {
    for (let n = 0; n < 1000; n += 1) {
      queue.add(`key-${n}`)
      await next()
      queue.done(`key-${n}`)
      expect(queue.inspect(`key-${n}`)).toBeUndefined()
      expect(queue.length).toBe(0)
    }
  })
})

describe('delaying_queue_test.go', () => {
  it('TestSimpleQueue', async () => {
    queue.addAfter('foo', 50)
    expect(queue.length).toBe(0)
    await clock.advance(60)
    expect(await now()).toBe('foo')
    queue.done('foo')
    await clock.advance(10_000)
    expect(queue.length).toBe(0)
  })

  it('TestDeduping', async () => {
    queue.addAfter('foo', 50)
    queue.addAfter('foo', 70)
    await clock.advance(60)
    expect(await now()).toBe('foo')
    queue.done('foo')
    // Nothing is left of the later one.
    await clock.advance(20)
    expect(await now()).toBeUndefined()
    // Of an earlier one that comes later, nothing is left either.
    queue.addAfter('foo', 50)
    queue.addAfter('foo', 30)
    await clock.advance(40)
    expect(await now()).toBe('foo')
    queue.done('foo')
    await clock.advance(1000)
    expect(await now()).toBeUndefined()
  })

  it('TestAddTwoFireEarly', async () => {
    queue.addAfter('first', 50)
    queue.addAfter('second', 30)
    queue.addAfter('third', 200)
    expect(queue.length).toBe(0)
    await clock.advance(40)
    expect(await now()).toBe('second')
    queue.done('second')
    await clock.advance(20)
    expect(await now()).toBe('first')
    queue.done('first')
    await clock.advance(200)
    expect(await now()).toBe('third')
  })

  it('TestCopyShifting', async () => {
    const delays = { first: 1000, second: 500, third: 250 }
    for (const [item, delayMs] of Object.entries(delays)) queue.addAfter(item, delayMs)
    await clock.advance(2000)
    const taken = [await now(), await now(), await now()]
    expect(taken).toEqual(['third', 'second', 'first'])
  })
})

it('rate_limiting_queue_test.go: TestRateLimitingQueue', async () => {
  const dueInMs = (item: string) => {
    queue.addRateLimited(item)
    return queue.inspect(item)?.dueInMs
  }
  expect(dueInMs('one')).toBe(1)
  // The earliest time counts, and every addition counts as a failure.
  expect(dueInMs('one')).toBe(1)
  expect(queue.retries('one')).toBe(2)
  expect(dueInMs('two')).toBe(1)
  queue.addRateLimited('two')
  expect(queue.retries('two')).toBe(2)
  queue.forget('one')
  expect(queue.retries('one')).toBe(0)
  await clock.advance(1)
  const taken = [await now(), await now()]
  expect(taken).toEqual(['one', 'two'])
  queue.done('two')
  expect(dueInMs('two')).toBe(4)
})

describe('metrics_test.go', () => {
  async function value(name: string, labels = 'name="test",controller="test"'): Promise<number> {
    const lines = (await metrics.registry.metrics()).split('\n')
    const line = lines.find((one) => one.startsWith(`workqueue_${name}{${labels}}`))
    if (line === undefined) throw new Error(`no metric workqueue_${name}{${labels}}`)
    return Number(line.split(' ').at(-1))
  }
  const depth = () => value('depth', 'name="test",controller="test",priority="0"')

  it('TestMetrics', async () => {
    queue.add('foo')
    expect([await value('adds_total'), await depth()]).toEqual([1, 1])
    await clock.advance(50)
    const item = await next()
    expect(item).toBe('foo')
    expect(await value('queue_duration_seconds_sum')).toBe(0.05)
    expect(await depth()).toBe(0)
    // Added while it is processed: it counts, once.
    queue.add('foo')
    expect(await value('adds_total')).toBe(2)
    queue.add('foo')
    expect(await value('adds_total')).toBe(2)
    await clock.advance(25)
    expect(await value('unfinished_work_seconds')).toBe(0.025)
    expect(await value('longest_running_processor_seconds')).toBe(0.025)
    queue.done('foo')
    expect(await value('work_duration_seconds_sum')).toBe(0.025)
    expect(await value('unfinished_work_seconds')).toBe(0)
    await clock.advance(10)
    await next()
    expect(await value('queue_duration_seconds_count')).toBe(2)
    queue.done('foo')
    expect(await value('work_duration_seconds_count')).toBe(2)
  })

  it('TestMetricShutdown', async () => {
    queue.add('foo')
    expect(await depth()).toBe(1)
    queue.shutdown()
    expect(await depth()).toBe(0)
    queue.add('bar')
    expect([await value('adds_total'), await depth()]).toEqual([1, 0])
  })
})
