import { describe, expect, it } from 'vitest'
import { cpuTimeMs, FakeClock } from '@fairlead/base/testing'
import { createMetrics } from '../metrics/metrics.ts'
import { queueMetrics } from './queue-metrics.ts'
import { ExponentialBackoff } from './rate-limiter.ts'
import { WorkQueue } from './work-queue.ts'
import type { QueueLease } from './work-queue.ts'

function newQueue(clock = new FakeClock()) {
  const metrics = createMetrics()
  const queue = new WorkQueue<string>({
    clock,
    rateLimiter: new ExponentialBackoff(),
    keyOf: (item) => item,
    metrics: queueMetrics(metrics, 'test', clock),
  })
  return { queue, clock, metrics }
}

/** The items that are ready now, in order, each marked done before the next is taken. */
async function drain(queue: WorkQueue<string>): Promise<string[]> {
  const items: string[] = []
  while (queue.length > 0) {
    const lease = await queue.get()
    if (lease === undefined) break
    items.push(lease.item)
    queue.done(lease.item)
  }
  return items
}

describe('a work queue', () => {
  it('hands out in the order of adding', async () => {
    const { queue } = newQueue()
    for (const item of ['a', 'b', 'c']) queue.add(item)
    expect(await drain(queue)).toEqual(['a', 'b', 'c'])
  })

  it('collapses adds of the same key', async () => {
    const { queue } = newQueue()
    for (const item of ['a', 'b', 'a', 'a']) queue.add(item)
    expect(await drain(queue)).toEqual(['a', 'b'])
  })

  it('lets a waiting worker have what is added later', async () => {
    const { queue } = newQueue()
    const lease = queue.get()
    queue.add('a')
    expect((await lease)?.item).toBe('a')
  })

  it('never hands a key out twice at once, and again after done if it was added meanwhile', async () => {
    const { queue } = newQueue()
    queue.add('a')
    const first = await queue.get()
    queue.add('a')
    queue.add('a')
    queue.add('b')
    expect((await queue.get())?.item).toBe('b')

    let second: QueueLease<string> | undefined
    const waiting = queue.get().then((lease) => (second = lease))
    await Promise.resolve()
    expect(second).toBeUndefined()
    queue.done(first?.item ?? '')
    await waiting
    expect(second?.item).toBe('a')
    expect(queue.length).toBe(0)
  })

  it('does not hand out again what was only done', async () => {
    const { queue } = newQueue()
    queue.add('a')
    await queue.get()
    queue.done('a')
    expect(queue.length).toBe(0)
  })

  it('ignores done for a key that nobody has', () => {
    const { queue } = newQueue()
    queue.add('a')
    queue.done('a')
    expect(queue.length).toBe(1)
  })

  describe('priority', () => {
    it('goes before order', async () => {
      const { queue } = newQueue()
      queue.add('low', { priority: -100 })
      queue.add('normal')
      queue.add('high', { priority: 10 })
      expect(await drain(queue)).toEqual(['high', 'normal', 'low'])
    })

    it('is the highest it was added with, at the end of that priority', async () => {
      const { queue } = newQueue()
      queue.add('a', { priority: -100 })
      queue.add('b')
      queue.add('a')
      queue.add('c')
      expect(await drain(queue)).toEqual(['b', 'a', 'c'])
    })

    it('is not lowered by a later add', async () => {
      const { queue } = newQueue()
      queue.add('a', { priority: 5 })
      queue.add('b', { priority: 3 })
      queue.add('a', { priority: -100 })
      expect((await queue.get())?.priority).toBe(5)
    })

    it('is raised also while the entry waits for its time', async () => {
      const { queue, clock } = newQueue()
      queue.addAfter('late', 1000)
      queue.addAfter('late', 5000, { priority: 7 })
      queue.add('now')
      await clock.advance(1000)
      expect(await drain(queue)).toEqual(['late', 'now'])
    })
  })

  describe('ageing', () => {
    /** What is handed out when one hot key comes back after every turn of 20 ms. */
    async function turns(queue: WorkQueue<string>, clock: FakeClock, count: number) {
      const order: string[] = []
      for (let turn = 0; turn < count; turn += 1) {
        queue.add('hot')
        const lease = await queue.get()
        order.push(lease?.item ?? '')
        await clock.advance(20)
        queue.done(lease?.item ?? '')
      }
      return order
    }

    it('gives low priorities one turn of five once they have waited for a second', async () => {
      const { queue, clock } = newQueue()
      for (const item of ['a', 'b', 'c']) queue.add(item, { priority: -100 })
      expect(new Set(await turns(queue, clock, 50))).toEqual(new Set(['hot']))
      const hot = ['hot', 'hot', 'hot', 'hot']
      expect(await turns(queue, clock, 15)).toEqual(['a', ...hot, 'b', ...hot, 'c', ...hot])
    })

    it('can be slower, and none', async () => {
      for (const ageing of [{ afterMs: 2000, everyTurns: 10 }, false] as const) {
        const clock = new FakeClock()
        const rateLimiter = new ExponentialBackoff()
        const queue = new WorkQueue<string>({ clock, rateLimiter, ageing, keyOf: (item) => item })
        for (const item of ['a', 'b']) queue.add(item, { priority: -100 })
        const order = await turns(queue, clock, 111)
        expect(order.indexOf('a')).toBe(ageing === false ? -1 : 100)
        expect(order.indexOf('b')).toBe(ageing === false ? -1 : 110)
      }
    })
  })

  it('takes time in proportion to its keys, locked ones included', async () => {
    const { queue } = newQueue()
    const cost = async (keys: number) => {
      const startMs = cpuTimeMs()
      const leases: string[] = []
      for (let key = 0; key < keys; key += 1) queue.add(String(key))
      for (let key = 0; key < keys; key += 1) leases.push((await queue.get())?.item ?? '')
      // Everything is with a worker and comes again behind them.
      for (const item of leases) queue.add(item)
      queue.add('free')
      queue.done((await queue.get())?.item ?? '')
      for (const item of leases) queue.done(item)
      await drain(queue)
      return cpuTimeMs() - startMs
    }
    await cost(2000)
    const small = await cost(4000)
    expect(await cost(40_000)).toBeLessThan(small * 40 + 200)
  })

  describe('time', () => {
    it('holds an item back', async () => {
      const { queue, clock } = newQueue()
      queue.addAfter('a', 1000)
      await clock.advance(999)
      expect(queue.length).toBe(0)
      await clock.advance(1)
      expect(await drain(queue)).toEqual(['a'])
    })

    it.each([
      ['an earlier time replaces a later one', 1000, 50, 50],
      ['a later time changes nothing', 50, 1000, 50],
      ['no delay means now', 1000, 0, 0],
    ])('%s', async (_, firstMs, secondMs, readyMs) => {
      const { queue, clock } = newQueue()
      queue.addAfter('a', firstMs)
      queue.addAfter('a', secondMs)
      await clock.advance(readyMs - 1)
      expect(queue.length).toBe(readyMs === 0 ? 1 : 0)
      await clock.advance(readyMs === 0 ? 0 : 1)
      expect(await drain(queue)).toEqual(['a'])
      await clock.advance(5000)
      expect(queue.length).toBe(0)
    })

    it('does not take back what is ready', async () => {
      const { queue } = newQueue()
      queue.add('a')
      queue.addAfter('a', 1000)
      expect(await drain(queue)).toEqual(['a'])
    })

    it('orders by when items became ready, not by when they were added', async () => {
      const { queue, clock } = newQueue()
      queue.addAfter('a', 300)
      queue.addAfter('b', 100)
      queue.addAfter('c', 200)
      await clock.advance(1000)
      expect(await drain(queue)).toEqual(['b', 'c', 'a'])
    })

    it('keeps order over thousands of items', async () => {
      const { queue, clock } = newQueue()
      const delays = Array.from({ length: 3000 }, (_, index) => ((index * 7919) % 3001) + 1)
      for (const delay of delays) queue.addAfter(String(delay), delay)
      // Move every third to an earlier time, like a change that overtakes a requeue.
      for (const delay of delays) if (delay % 3 === 0) queue.addAfter(String(delay), delay / 3)
      await clock.advance(4000)
      const due = (item: string) => (Number(item) % 3 === 0 ? Number(item) / 3 : Number(item))
      const order = (await drain(queue)).map(due)
      expect(order).toHaveLength(3000)
      expect(order).toEqual(order.toSorted((a, b) => a - b))
    })

    it.each([
      ['back', -86_400_000],
      ['forward', 86_400_000],
    ])('waits as long when wall time is set %s', async (_, shiftMs) => {
      const { queue, clock, metrics } = newQueue()
      queue.addAfter('first', 1000)
      clock.setWallTime(clock.now() + shiftMs)
      queue.addAfter('second', 2000)
      await clock.advance(999)
      expect(queue.length).toBe(0)
      await clock.advance(1)
      clock.setWallTime(clock.now() - shiftMs)
      expect(await drain(queue)).toEqual(['first'])
      await clock.advance(999)
      expect(queue.length).toBe(0)
      await clock.advance(1)
      expect(await drain(queue)).toEqual(['second'])
      const text = await metrics.registry.metrics()
      expect(text).toContain(
        'workqueue_queue_duration_seconds_sum{name="test",controller="test"} 0\n',
      )
      expect(text).toContain(
        'workqueue_work_duration_seconds_sum{name="test",controller="test"} 0\n',
      )
    })

    it('has one timer at most, and none when nothing waits', async () => {
      const { queue, clock } = newQueue()
      for (let index = 0; index < 10; index += 1) queue.addAfter(`item-${index}`, 100 * index + 1)
      expect(clock.pendingTimers).toBe(1)
      await clock.advance(1000)
      expect(clock.pendingTimers).toBe(0)
    })
  })

  it('waits longer after each failure until the key is forgotten', async () => {
    const { queue, clock } = newQueue()
    const waits: number[] = []
    for (let failure = 0; failure < 4; failure += 1) {
      queue.addRateLimited('a')
      waits.push(await clock.advanceToNextTimer())
      await drain(queue)
    }
    expect(queue.retries('a')).toBe(4)
    queue.forget('a')
    queue.addRateLimited('a')
    waits.push(await clock.advanceToNextTimer())
    expect(waits).toEqual([5, 10, 20, 40, 5])
  })

  it('keeps a few distinct reasons for the log', async () => {
    const { queue } = newQueue()
    for (let index = 0; index < 20; index += 1) queue.add('a', { reason: `r${index % 12}` })
    const lease = await queue.get()
    expect(lease?.triggers.map(({ verb }) => verb)).toEqual([
      'r0',
      'r1',
      'r2',
      'r3',
      'r4',
      'r5',
      'r6',
      'r7',
    ])
  })

  describe('after shutdown', () => {
    it('answers at once, also those who wait already, and drops what is queued', async () => {
      const { queue, clock } = newQueue()
      const waiting = queue.get()
      queue.shutdown()
      expect(await waiting).toBeUndefined()
      const other = newQueue().queue
      other.add('a')
      other.shutdown()
      expect(await other.get()).toBeUndefined()
      expect(other.length).toBe(0)
      expect(clock.pendingTimers).toBe(0)
    })

    it('takes nothing more and leaves no timer behind', () => {
      const { queue, clock } = newQueue()
      queue.addAfter('a', 1000)
      queue.shutdown()
      queue.add('b')
      expect(queue.length).toBe(0)
      expect(clock.pendingTimers).toBe(0)
    })
  })

  it('takes a waiter back whose signal aborts, without losing an item', async () => {
    const { queue } = newQueue()
    const controller = new AbortController()
    const gone = queue.get(controller.signal)
    controller.abort()
    expect(await gone).toBeUndefined()
    queue.add('a')
    expect(await drain(queue)).toEqual(['a'])
  })

  it('reports itself under the names that dashboards know', async () => {
    const { queue, clock, metrics } = newQueue()
    queue.add('a')
    queue.add('a')
    queue.add('low', { priority: -100 })
    queue.addRateLimited('late')
    await clock.advance(2)
    await queue.get()
    await clock.advance(1)
    const text = await metrics.registry.metrics()
    const labels = 'name="test",controller="test"'
    expect(text).toContain(`workqueue_adds_total{${labels}} 2`)
    expect(text).toContain(`workqueue_retries_total{${labels}} 1`)
    expect(text).toContain(`workqueue_depth{${labels},priority="0"} 0`)
    expect(text).toContain(`workqueue_depth{${labels},priority="-100"} 1`)
    expect(text).toContain(`workqueue_unfinished_work_seconds{${labels}} 0.001`)
    expect(text).toContain(`workqueue_queue_duration_seconds_sum{${labels}} 0.002`)
    queue.done('a')
    expect(await metrics.registry.metrics()).toContain(
      `workqueue_work_duration_seconds_count{${labels}} 1`,
    )
  })

  it('tells what it holds and what workers have', async () => {
    const { queue, clock } = newQueue()
    for (const item of ['again', 'taken']) queue.add(item)
    await queue.get()
    await queue.get()
    queue.add('again')
    queue.addRateLimited('failed')
    queue.addAfter('later', 50)
    queue.addRateLimited('later')
    queue.add('soon', { afterMs: 1 })
    queue.addRateLimited('soon')
    queue.add('now')
    await clock.advance(2)
    expect(queue.contents()).toEqual([
      { key: 'again', item: 'again', state: 'running', dueInMs: 0, isRetry: false },
      { key: 'taken', item: 'taken', state: 'running', dueInMs: 0, isRetry: false },
      { key: 'again', item: 'again', state: 'blocked', dueInMs: 0, isRetry: false },
      { key: 'failed', item: 'failed', state: 'waiting', dueInMs: 3, isRetry: true },
      { key: 'later', item: 'later', state: 'waiting', dueInMs: 3, isRetry: true },
      { key: 'soon', item: 'soon', state: 'ready', dueInMs: 0, isRetry: false },
      { key: 'now', item: 'now', state: 'ready', dueInMs: 0, isRetry: false },
    ])
    for (const item of ['taken', 'again']) queue.done(item)
    queue.shutdown()
    expect(queue.contents()).toEqual([])
  })
})
