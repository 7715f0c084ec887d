// The cases of pkg/controller/priorityqueue/priorityqueue_test.go of kubernetes-sigs/controller-runtime,
// under their names there.
import { FakeClock, SeededRandom } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import type { QueueMetrics } from './queue-metrics.ts'
import { ExponentialBackoff } from './rate-limiter.ts'
import { WorkQueue } from './work-queue.ts'
import type { QueueLease } from './work-queue.ts'

class CountedMetrics implements QueueMetrics {
  readonly depth: Record<number, number> = {}
  adds = 0
  retries = 0

  added(_key: string, priority: number): void {
    this.adds += 1
    this.#change(priority, 1)
  }

  taken(_key: string, priority: number): void {
    this.#change(priority, -1)
  }

  reprioritized(_key: string, from: number, to: number): void {
    this.#change(from, -1)
    this.#change(to, 1)
  }

  retried(): void {
    this.retries += 1
  }

  done(): void {}

  dropped(): void {}

  #change(priority: number, by: number): void {
    this.depth[priority] = (this.depth[priority] ?? 0) + by
  }
}

function newQueue() {
  const clock = new FakeClock()
  const metrics = new CountedMetrics()
  const rateLimiter = new ExponentialBackoff()
  const q = new WorkQueue<string>({ clock, rateLimiter, keyOf: (item) => item, metrics })
  return { q, clock, metrics, rateLimiter }
}

/** What `get` answers without anything else happening; undefined if it would wait. */
async function got(q: WorkQueue<string>): Promise<QueueLease<string> | undefined> {
  const withdrawn = new AbortController()
  const lease = q.get(withdrawn.signal)
  withdrawn.abort()
  return lease
}

const item = async (q: WorkQueue<string>) => (await got(q))?.item

describe('Controllerworkqueue', () => {
  it('returns an item', async () => {
    const { q, metrics } = newQueue()
    q.add('foo')
    expect(await item(q)).toBe('foo')
    expect(metrics).toMatchObject({ depth: { 0: 0 }, adds: 1, retries: 0 })
  })

  it('returns items in order', async () => {
    const { q, metrics } = newQueue()
    q.add('foo')
    q.add('bar')
    expect(await item(q)).toBe('foo')
    expect(await item(q)).toBe('bar')
    expect(metrics).toMatchObject({ depth: { 0: 0 }, adds: 2 })
  })

  it("doesn't return an item that is currently locked", async () => {
    const { q, metrics } = newQueue()
    q.add('foo')
    expect(await item(q)).toBe('foo')
    q.add('foo')
    q.add('bar')
    expect(await item(q)).toBe('bar')
    expect(await item(q)).toBeUndefined()
    expect(metrics).toMatchObject({ depth: { 0: 1 }, adds: 3 })
  })

  it('returns an item as soon as its unlocked', async () => {
    const { q, metrics } = newQueue()
    q.add('foo')
    expect(await item(q)).toBe('foo')
    q.add('foo')
    q.add('bar')
    expect(await item(q)).toBe('bar')
    q.add('baz')
    q.done('foo')
    expect(await item(q)).toBe('foo')
    expect(metrics).toMatchObject({ depth: { 0: 1 }, adds: 4 })
  })

  it('de-duplicates items', () => {
    const { q, metrics } = newQueue()
    q.add('foo')
    q.add('foo')
    expect(q.length).toBe(1)
    expect(metrics).toMatchObject({ depth: { 0: 1 }, adds: 1 })
  })

  it('enqueues a locked item', async () => {
    const { q, metrics } = newQueue()
    q.add('foo')
    expect(q.length).toBe(1)
    expect(await got(q)).toMatchObject({ item: 'foo', priority: 0 })
    q.add('foo')
    expect(q.length).toBe(1)
    q.done('foo')
    expect(await got(q)).toMatchObject({ item: 'foo', priority: 0 })
    expect(metrics).toMatchObject({ depth: { 0: 0 }, adds: 2 })
  })

  it('retains the highest priority', async () => {
    const { q, metrics } = newQueue()
    q.add('foo', { priority: 1 })
    q.add('foo', { priority: 2 })
    expect(await got(q)).toMatchObject({ item: 'foo', priority: 2 })
    expect(q.length).toBe(0)
    expect(metrics).toMatchObject({ depth: { 1: 0, 2: 0 }, adds: 1 })
  })

  it('will not decrease the priority', async () => {
    const { q, metrics } = newQueue()
    q.add('foo', { priority: 2 })
    q.add('foo', { priority: 1 })
    expect(await got(q)).toMatchObject({ item: 'foo', priority: 2 })
    expect(metrics).toMatchObject({ depth: { 2: 0 }, adds: 1 })
  })

  it('gets pushed to the front if the priority increases', async () => {
    const { q, metrics } = newQueue()
    for (const name of ['foo', 'bar', 'baz']) q.add(name)
    q.add('baz', { priority: 1 })
    expect(await got(q)).toMatchObject({ item: 'baz', priority: 1 })
    expect(q.length).toBe(2)
    expect(metrics).toMatchObject({ depth: { 0: 2, 1: 0 }, adds: 3 })
  })

  it('retains the lowest after duration', async () => {
    const { q, metrics } = newQueue()
    q.add('foo', { afterMs: 0 })
    q.add('foo', { afterMs: 3_600_000 })
    expect(await item(q)).toBe('foo')
    expect(q.length).toBe(0)
    expect(metrics).toMatchObject({ depth: { 0: 0 }, adds: 1 })
  })

  it("doesn't include non-ready items in Len()", () => {
    const { q, metrics } = newQueue()
    q.addAfter('foo', 60_000)
    q.add('baz')
    q.addAfter('bar', 60_000)
    q.add('bal')
    expect(q.length).toBe(2)
    expect(metrics.depth).toEqual({ 0: 2 })
  })

  it('Get from priority queue might get stuck when the priority queue is shut down', async () => {
    const { q } = newQueue()
    q.add('baz')
    q.shutdown()
    q.addAfter('foo', 1000)
    expect(await q.get()).toBeUndefined()
    expect(await q.get()).toBeUndefined()
  })

  it('returns many items', async () => {
    const { q, clock } = newQueue()
    const seeded = new SeededRandom(7)
    for (let round = 0; round < 20; round += 1) {
      for (let index = 0; index < 1000; index += 1) {
        const number = seeded.below(100)
        if (number < 10) q.addAfter(`foo${index}`, number)
        else q.add(`foo${index}`, { priority: number })
      }
      await clock.advance(10)
      let returned = 0
      for (let name = await item(q); name !== undefined; name = await item(q)) {
        returned += 1
        q.done(name)
      }
      expect(returned).toBe(1000)
    }
  })

  it('updates metrics correctly for an item that gets initially added with after and then without', async () => {
    const { q, metrics } = newQueue()
    q.addAfter('foo', 3_600_000)
    expect(q.length).toBe(0)
    expect(metrics.depth).toEqual({})
    q.add('foo')
    expect(q.length).toBe(1)
    expect(metrics.depth).toEqual({ 0: 1 })
    expect(await item(q)).toBe('foo')
    expect(metrics.depth).toEqual({ 0: 0 })
  })

  it('updates metrics correctly when an item with after is re-added with higher priority and no after', async () => {
    const { q, metrics } = newQueue()
    q.addAfter('foo', 3_600_000, { priority: 0 })
    expect(metrics.depth).toEqual({})
    q.add('foo', { priority: 1 })
    expect(metrics.depth).toEqual({ 1: 1 })
    expect(await got(q)).toMatchObject({ item: 'foo', priority: 1 })
    expect(metrics.depth).toEqual({ 1: 0 })
  })

  it('follows FIFO order in the new priority queue when item priority changes', async () => {
    const { q } = newQueue()
    q.add('foo', { priority: 0 })
    q.add('bar', { priority: 1 })
    q.add('foo', { priority: 1 })
    expect(await got(q)).toMatchObject({ item: 'bar', priority: 1 })
    expect(await got(q)).toMatchObject({ item: 'foo', priority: 1 })
    expect(q.length).toBe(0)
  })
})

it('TestFuzzPriorityQueue', async () => {
  const { q, clock, metrics } = newQueue()
  const seeded = new SeededRandom(11)
  const expected = new Map<string, number>()
  const handedOut = new Set<string>()
  for (let step = 0; step < 20_000; step += 1) {
    const action = seeded.pick(['add', 'add', 'get', 'done'])
    if (action === 'add') {
      const name = `item-${seeded.below(500)}`
      const priority = seeded.below(2000) - 1000
      q.add(name, { priority, afterMs: seeded.chance(0.3) ? seeded.next() * 10 : 0 })
      expected.set(name, Math.max(expected.get(name) ?? -Infinity, priority))
    } else if (action === 'get') {
      const lease = await got(q)
      if (lease === undefined) continue
      expect(lease.priority).toBe(expected.get(lease.item))
      expect(handedOut.has(lease.item)).toBe(false)
      expected.delete(lease.item)
      handedOut.add(lease.item)
    } else {
      const [name] = handedOut
      if (name === undefined) await clock.advance(1)
      else {
        handedOut.delete(name)
        q.done(name)
      }
    }
  }
  expect(Object.values(metrics.depth).filter((depth) => depth < 0)).toEqual([])
})

it.each([-1000, 0, 1000])(
  'TestHighPriorityItemsAreReturnedBeforeLowPriorityItemMultipleTimes/after=%d',
  async (afterMs) => {
    const { q, clock, metrics } = newQueue()
    const priorities = [10, 5, 0, -5, -10]
    for (let index = 0; index < 1000; index += 1) {
      for (const priority of priorities) q.add(`${priority}/${index}`, { priority, afterMs })
    }
    await clock.advance(Math.max(0, afterMs))
    for (const priority of priorities) {
      for (let index = 0; index < 1000; index += 1) {
        expect(await got(q)).toMatchObject({ priority, item: `${priority}/${index}` })
      }
    }
    expect(metrics).toMatchObject({
      depth: { 10: 0, 5: 0, 0: 0, '-5': 0, '-10': 0 },
      adds: 5000,
      retries: afterMs > 0 ? 5000 : 0,
    })
  },
)

it('TestItemIsOnlyReturnedAfterAfterHasPassed', async () => {
  const { q, clock, metrics } = newQueue()
  let returned = false
  void q.get().then(() => (returned = true))
  q.addAfter('foo', 1000)
  expect(clock.nextTimerInMs).toBe(1000)
  await clock.advance(999)
  expect(returned).toBe(false)
  await clock.advance(1)
  expect(returned).toBe(true)
  expect(metrics).toMatchObject({ depth: { 0: 0 }, adds: 1, retries: 1 })
})

it('TestHighPriorityItemThatBecameReadyIsReturnedBeforeLowPriorityItem', async () => {
  const { q, clock, metrics } = newQueue()
  q.add('foo', { priority: -100 })
  q.addAfter('prio', 1000, { priority: 0 })
  await clock.advance(1000)
  expect(await got(q)).toMatchObject({ item: 'prio', priority: 0 })
  expect(metrics).toMatchObject({ depth: { '-100': 1, 0: 0 }, adds: 2, retries: 1 })
})

it('TestItemIsReturnedAsSoonAsPossible', async () => {
  const { q, metrics } = newQueue()
  const lease = q.get()
  q.add('foo')
  expect((await lease)?.item).toBe('foo')
  expect(metrics).toMatchObject({ depth: { 0: 0 }, adds: 1 })
})

it('TestWaitingItemIsReturnedRightAfterReadWithoutAfter', async () => {
  const { q, clock, metrics } = newQueue()
  let returned = ''
  void q.get().then((lease) => (returned = lease?.item ?? ''))
  q.addAfter('foo', 60_000)
  await clock.advance(0)
  expect(returned).toBe('')
  q.add('foo')
  await clock.advance(0)
  expect(returned).toBe('foo')
  expect(metrics).toMatchObject({ depth: { 0: 0 }, adds: 1 })
})

it('TestMultipleItemsWithAfterAreReturnedInCorrectOrder', async () => {
  const { q, clock, metrics } = newQueue()
  const returned: unknown[] = []
  for (let taker = 0; taker < 2; taker += 1) {
    void q.get().then((lease) => returned.push(lease?.item))
  }
  q.addAfter('foo', 1000)
  q.addAfter('bar', 200)
  await clock.advance(1000)
  expect(returned).toEqual(['bar', 'foo'])
  expect(metrics).toMatchObject({ depth: { 0: 0 }, adds: 2 })
})

it('TestGetFromPriorityQueueIsUnblockedOnShutdown', async () => {
  const { q } = newQueue()
  const lease = q.get()
  q.shutdown()
  expect(await lease).toBeUndefined()
})

it('TestItemsAreInludedInLenAndMetricsOnceTheyAreReady', async () => {
  const { q, clock, metrics } = newQueue()
  for (let round = 0; round < 2; round += 1) {
    q.addAfter('foo', 500)
    q.add('baz')
    q.addAfter('bar', 500)
    q.add('bal')
    expect(q.length).toBe(2)
    expect(metrics.depth).toEqual({ 0: 2 })
    await clock.advance(1000)
    expect(q.length).toBe(4)
    expect(metrics.depth).toEqual({ 0: 4 })
    for (let name = await item(q); name !== undefined; name = await item(q)) q.done(name)
    expect(q.length).toBe(0)
    expect(metrics.depth).toEqual({ 0: 0 })
  }
})

it('TestMetricsAreUpdatedForItemWhoseRequeueAfterExpiredThatGetsAddedAgainWithoutRequeueAfter', async () => {
  const { q, clock, metrics } = newQueue()
  q.addAfter('foo', 50)
  await clock.advance(50)
  expect(metrics.depth).toEqual({ 0: 1 })
  q.add('foo')
  expect(q.length).toBe(1)
  expect(metrics.depth).toEqual({ 0: 1 })
  expect(await item(q)).toBe('foo')
  expect(metrics.depth).toEqual({ 0: 0 })
})

it('TestWhenAddingMultipleItemsWithRatelimitTrueTheyDontAffectEachOther', async () => {
  const { q, clock, metrics, rateLimiter } = newQueue()
  for (let failure = 0; failure < 7; failure += 1) rateLimiter.when('bar')
  q.addRateLimited('foo')
  q.addRateLimited('bar')
  expect(await item(q)).toBeUndefined()
  await clock.advance(5)
  expect(await item(q)).toBe('foo')
  await clock.advance(634)
  expect(await item(q)).toBeUndefined()
  await clock.advance(1)
  expect(await item(q)).toBe('bar')
  expect(metrics).toMatchObject({ depth: { 0: 0 }, adds: 2, retries: 2 })
})

it('TestPriorityQueueDoesNotDeadlockOnShutdownWhileHandingOutItems', async () => {
  for (let round = 0; round < 50; round += 1) {
    const { q } = newQueue()
    const seeded = new SeededRandom(round)
    const worker = async () => {
      for (;;) {
        q.add(String(seeded.below(1000)), { priority: seeded.below(100) })
        if ((await q.get()) === undefined) return
      }
    }
    const workers = Array.from({ length: 20 }, worker)
    await Promise.resolve()
    q.shutdown()
    await Promise.all(workers)
  }
})
