// The cases of pkg/internal/controller/controller_test.go and pkg/controller/controller_test.go of
// kubernetes-sigs/controller-runtime, under their names there. What is not here: Result.Requeue, which
// we do not have, a switch for panics, which are always taken for failures, and names, which the
// manager refuses twice (manager.test.ts).
import { FakeClock } from '@fairlead/base/testing'
import { ConfigMap } from '@fairlead/kube-types'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { InformerCache } from '../cache/cache.ts'
import { createMetrics } from '../metrics/metrics.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { ExponentialBackoff } from '../queue/rate-limiter.ts'
import { WorkQueue } from '../queue/work-queue.ts'
import type { AddOptions } from '../queue/work-queue.ts'
import { FakeReader } from '../testing/fake-reader.ts'
import { RecordingLogger } from '../testing/recording-logger.ts'
import { Controller } from './controller.ts'
import { withDefaults } from './controller-options.ts'
import type { ControllerDefaults, ControllerOptions } from './controller-options.ts'
import { forObject } from './event-handler.ts'
import { TerminalError } from './reconcile.ts'
import type { Reconcile, Request } from './reconcile.ts'
import { ChannelSource } from './channel-source.ts'
import { kindSource } from './kind-source.ts'
import type { Source } from './source.ts'
import type { SourceContext } from './source-context.ts'

const foo = { namespace: 'bar', name: 'foo' }
const none: Reconcile = () => Promise.resolve()

let clock: FakeClock
let metrics: Metrics
let logger: RecordingLogger
let reader: FakeReader
let stop: AbortController
let channel: ChannelSource
let ended: Promise<unknown>[]

beforeEach(() => {
  clock = new FakeClock()
  metrics = createMetrics()
  logger = new RecordingLogger()
  reader = new FakeReader()
  stop = new AbortController()
  channel = new ChannelSource('channel')
  ended = []
})

afterEach(async () => {
  stop.abort()
  await Promise.allSettled(ended)
  // Go: "should not leak goroutines when stopped".
  expect(clock.pendingTimers).toBe(0)
})

function make(
  reconcile: Reconcile,
  options: ControllerOptions = {},
  sources: readonly Source[] = [channel],
  defaults: ControllerDefaults = {},
): Controller {
  const cache = new InformerCache({ client: reader, clock, random: () => 0, logger })
  const controller = new Controller('test', sources, reconcile, options)
  controller.bind({ cache, clock, logger, metrics, defaults })
  ended.push(cache.start(stop.signal))
  return controller
}

function run(...parts: Parameters<typeof make>): Promise<void> {
  const running = make(...parts).start(stop.signal)
  ended.push(running)
  return running
}

/** A source that does what the function does. */
const sourceOf = (start: Source['start'], name = 'fake'): Source => ({ name, start })

async function value(name: string, labels = 'controller="test"'): Promise<number> {
  const lines = (await metrics.registry.metrics()).split('\n')
  const line = lines.find((one) => one.startsWith(`${name}{${labels}}`))
  if (line === undefined) throw new Error(`no metric ${name}{${labels}}`)
  return Number(line.split(' ').at(-1))
}
const result = (name: string) =>
  value('controller_runtime_reconcile_total', `controller="test",result="${name}"`)
const timeouts = () => value('controller_runtime_reconcile_timeouts_total')

describe('Reconciler', () => {
  it('should call the Reconciler function', async () => {
    const seen: Request[] = []
    void run(async (request) => void seen.push(request))
    channel.send(foo)
    await clock.advance(0)
    expect(seen).toEqual([foo])
  })

  it('should recover panic', async () => {
    let calls = 0
    void run(() => {
      calls += 1
      throw new TypeError('nil pointer')
    })
    channel.send(foo)
    await clock.advance(5)
    expect(calls).toBe(2)
    expect(await value('controller_runtime_reconcile_panics_total')).toBe(2)
  })

  it('should time out if ReconciliationTimeout is set', async () => {
    let reason: unknown
    void run(
      async (_, { signal }) => {
        signal.addEventListener('abort', () => (reason = signal.reason))
        await never(signal)
      },
      { reconcileTimeoutMs: 1 },
    )
    channel.send(foo)
    await clock.advance(1)
    expect(String(reason)).toContain('the reconcile of bar/foo')
  })

  it('should not configure a timeout if ReconciliationTimeout is zero: it is absent', async () => {
    let aborted = false
    void run(async (_, { signal }) => {
      signal.addEventListener('abort', () => (aborted = true))
      await never(signal)
    })
    channel.send(foo)
    await clock.advance(3_600_000)
    expect(aborted).toBe(false)
    expect(await timeouts()).toBe(0)
  })
})

describe('prometheus metric reconcile_timeouts', () => {
  it('should increment when ReconciliationTimeout context timeout hits DeadlineExceeded', async () => {
    void run((_, { signal }) => never(signal), { reconcileTimeoutMs: 1 })
    channel.send(foo)
    await clock.advance(1)
    expect(await timeouts()).toBe(1)
  })

  it('should not increment when user code cancels context earlier than the ReconciliationTimeout', async () => {
    void run(
      async (_, { signal }) => {
        const own = new AbortController()
        own.abort(new Error('earlier'))
        await never(AbortSignal.any([signal, own.signal]))
      },
      { reconcileTimeoutMs: 10_000 },
    )
    channel.send(foo)
    await clock.advance(0)
    expect(await result('error')).toBe(1)
    expect(await timeouts()).toBe(0)
  })

  it('should not increment when reconciliation completes before timeout', async () => {
    void run(none, { reconcileTimeoutMs: 10 })
    channel.send(foo)
    await clock.advance(100)
    expect(await result('success')).toBe(1)
    expect(await timeouts()).toBe(0)
  })

  it('should increment multiple times when multiple reconciles timeout', async () => {
    void run((_, { signal }) => never(signal), { reconcileTimeoutMs: 1 })
    for (const name of ['a', 'b', 'c']) channel.send({ name })
    await clock.advance(3)
    expect(await timeouts()).toBe(3)
  })

  it('should not increment when parent context is cancelled', async () => {
    const running = run((_, { signal }) => never(signal), { reconcileTimeoutMs: 10_000 })
    channel.send(foo)
    await clock.advance(0)
    stop.abort()
    await running
    expect(await timeouts()).toBe(0)
    expect(await result('error')).toBe(0)
  })
})

describe('Start', () => {
  it('should return an error if there is an error waiting for the informers', async () => {
    const failing = sourceOf(() => Promise.reject(new Error('cache did not sync')))
    await expect(run(none, {}, [failing])).rejects.toThrow('cache did not sync')
  })

  it('should error when cache sync timeout occurs', async () => {
    reader.stuck.add('configmaps')
    const running = run(none, { cacheSyncTimeoutMs: 10 }, [kindSource(ConfigMap, forObject())])
    const failed = expect(running).rejects.toThrow(/ConfigMap/)
    await clock.advance(10)
    await failed
  })

  it('should not error when controller Start context is cancelled during Sources WaitForSync', async () => {
    const running = run(none, {}, [sourceOf((_, signal) => never(signal))])
    await clock.advance(0)
    stop.abort()
    await expect(running).resolves.toBeUndefined()
  })

  it('should error when Start() is blocking forever', async () => {
    const deaf = sourceOf(() => new Promise(() => {}), 'deaf')
    const failed = expect(run(none, { cacheSyncTimeoutMs: 1000 }, [deaf])).rejects.toThrow(
      'the first sync of its source deaf',
    )
    await clock.advance(1000)
    await failed
  })

  it('should not error when cache sync timeout is of sufficiently high', async () => {
    let running = true
    void run(none, { cacheSyncTimeoutMs: 10_000 }, [kindSource(ConfigMap, forObject())]).finally(
      () => (running = false),
    )
    await clock.advance(20_000)
    expect(running).toBe(true)
  })

  it('should not call Reconcile until all event handlers have processed initial objects', async () => {
    const late = Promise.withResolvers<void>()
    let calls = 0
    const slow = sourceOf(async ({ queue }) => {
      await late.promise
      queue.add({ name: 'late' })
    })
    void run(async () => void (calls += 1), {}, [channel, slow])
    channel.send(foo)
    await clock.advance(1000)
    expect(calls).toBe(0)
    late.resolve()
    await clock.advance(0)
    expect(calls).toBe(2)
  })

  it('should process events from source.Channel', async () => {
    const seen: string[] = []
    void run(async ({ name }) => void seen.push(name))
    await clock.advance(0)
    channel.send(foo)
    await clock.advance(0)
    expect(seen).toEqual(['foo'])
  })

  it('should call Start on sources with the appropriate EventHandler, Queue, and Predicates', async () => {
    let context: SourceContext | undefined
    void run(none, {}, [sourceOf(async (given) => void (context = given))])
    await clock.advance(0)
    expect(context?.queue).toBeInstanceOf(WorkQueue)
  })

  it('should return an error if there is an error starting sources', async () => {
    const throwing = sourceOf(() => {
      throw new Error('Expected Error: could not start source')
    })
    await expect(run(none, {}, [throwing])).rejects.toThrow('could not start source')
  })

  it('should return an error if it gets started more than once', async () => {
    const controller = make(none)
    ended.push(controller.start(stop.signal))
    await expect(controller.start(stop.signal)).rejects.toThrow('was started more than once')
  })

  it('should return nil when no sources are provided', async () => {
    const running = run(none, {}, [])
    await clock.advance(0)
    stop.abort()
    await expect(running).resolves.toBeUndefined()
  })
})

describe('Warmup', () => {
  const warm = { enableWarmup: true }

  it('should only start sources once, also when called concurrently with Start', async () => {
    let starts = 0
    const controller = make(none, warm, [sourceOf(async () => void (starts += 1))])
    ended.push(controller.warmUp(stop.signal), controller.start(stop.signal))
    ended.push(controller.warmUp(stop.signal))
    await clock.advance(0)
    expect(starts).toBe(1)
  })

  it('should track warmup status correctly with unsuccessful sync', async () => {
    const failing = sourceOf(() => Promise.reject(new Error('did not sync')))
    const controller = make(none, warm, [failing])
    await expect(controller.warmUp(stop.signal)).rejects.toThrow('did not sync')
    await expect(controller.start(stop.signal)).rejects.toThrow('did not sync')
  })

  it('should error when cache sync timeout occurs', async () => {
    const deaf = sourceOf(() => new Promise(() => {}), 'deaf')
    const controller = make(none, { ...warm, cacheSyncTimeoutMs: 10 }, [deaf])
    const failed = expect(controller.warmUp(stop.signal)).rejects.toThrow('its source deaf')
    await clock.advance(10)
    await failed
  })

  it('should return true if context is cancelled while waiting for source to start', async () => {
    const controller = make(none, warm, [sourceOf((_, signal) => never(signal))])
    const warming = controller.warmUp(stop.signal)
    await clock.advance(0)
    stop.abort()
    await expect(warming).resolves.toBeUndefined()
  })

  it('should not start sources when Warmup is called if warmup is disabled but start it when Start is called.', async () => {
    let starts = 0
    const controller = make(none, {}, [sourceOf(async () => void (starts += 1))])
    await controller.warmUp(stop.signal)
    expect(starts).toBe(0)
    ended.push(controller.start(stop.signal))
    await clock.advance(0)
    expect(starts).toBe(1)
  })
})

describe('Processing queue items from a Controller', () => {
  it('should requeue a Request if there is an error and continue processing items', async () => {
    const seen: string[] = []
    void run(async ({ name }) => {
      seen.push(name)
      if (name === 'foo' && seen.length === 1) throw new Error('expected error: reconcile')
    })
    channel.send(foo)
    channel.send({ name: 'other' })
    await clock.advance(5)
    expect(seen).toEqual(['foo', 'other', 'foo'])
    expect(await value('controller_runtime_reconcile_errors_total')).toBe(1)
    expect(await value('workqueue_retries_total', 'name="test",controller="test"')).toBe(1)
  })

  it('should not requeue a Request if there is a terminal error', async () => {
    let calls = 0
    void run(async () => {
      calls += 1
      throw new TerminalError('expected error: reconcile')
    })
    channel.send(foo)
    await clock.advance(3_600_000)
    expect(calls).toBe(1)
  })

  it("should not reset backoff until there's a non-error result", async () => {
    const times: number[] = []
    const startMs = clock.now()
    void run(async () => {
      times.push(clock.now() - startMs)
      if (times.length < 4) throw new Error('not yet')
    })
    channel.send(foo)
    await clock.advance(1000)
    channel.send(foo)
    await clock.advance(1000)
    expect(times).toEqual([0, 5, 15, 35, 1000])
  })

  it('should requeue a Request after a duration (but not rate-limited) if the Result sets RequeueAfter', async () => {
    const rateLimiter = new ExponentialBackoff()
    let calls = 0
    void run(
      async () => {
        calls += 1
        return calls === 1 ? { requeueAfterMs: 100_000 } : {}
      },
      { rateLimiter },
    )
    channel.send(foo)
    await clock.advance(99_999)
    expect(calls).toBe(1)
    await clock.advance(1)
    expect(calls).toBe(2)
    expect(rateLimiter.retries('bar/foo')).toBe(0)
  })

  it.each<[string, number, Awaited<ReturnType<Reconcile>> | 'error', number]>([
    ['should retain the priority with RequeueAfter', 10, { requeueAfterMs: 5 }, 10],
    [
      'should use the priority from Result with RequeueAfter',
      10,
      { requeueAfterMs: 5, priority: 99 },
      99,
    ],
    ['should retain the priority when there was an error', 10, 'error', 10],
  ])('%s', async (_, priority, outcome, expected) => {
    const added: (number | undefined)[] = []
    void run(
      async () => {
        if (outcome === 'error') throw new Error('oh no')
        return outcome
      },
      {
        newQueue(options) {
          const queue = new (class extends WorkQueue<Request> {
            override add(item: Request, more: AddOptions = {}): void {
              added.push(more.priority)
              super.add(item, more)
            }
          })(options)
          return queue
        },
      },
      [sourceOf(async ({ queue }) => queue.add(foo, { priority }))],
    )
    await clock.advance(0)
    expect(added).toEqual([priority, expected])
  })

  it.each<[string, () => Promise<{ requeueAfterMs?: number } | void>, string]>([
    ['should get updated on successful reconciliation', () => Promise.resolve(), 'success'],
    ['should get updated on reconcile errors', () => Promise.reject(new Error('oh no')), 'error'],
    [
      'should get updated when reconcile returns with retryAfter enabled',
      () => Promise.resolve({ requeueAfterMs: 5000 }),
      'requeue_after',
    ],
  ])('prometheus metric reconcile_total: %s', async (_, outcome, label) => {
    void run(outcome)
    channel.send(foo)
    await clock.advance(0)
    const all = ['success', 'error', 'requeue', 'requeue_after']
    const counts = await Promise.all(all.map(result))
    expect(counts).toEqual(all.map((one) => (one === label ? 1 : 0)))
  })

  it('should add a reconcile time to the reconcile time histogram', async () => {
    void run((_, { signal }) => never(signal), { reconcileTimeoutMs: 250 })
    channel.send(foo)
    await clock.advance(250)
    expect(await value('controller_runtime_reconcile_time_seconds_count')).toBe(1)
    expect(await value('controller_runtime_reconcile_time_seconds_sum')).toBe(0.25)
  })
})

describe('ReconcileIDFromContext function', () => {
  it('should return the correct reconcileID from context: each line of the log has it, each call another', async () => {
    void run(async (_, { log }) => log.info({}, 'called'))
    channel.send(foo)
    await clock.advance(0)
    channel.send(foo)
    await clock.advance(0)
    const ids = logger.lines
      .filter(({ message }) => message === 'called')
      .map(({ fields }) => fields['reconcileID'])
    expect(ids).toHaveLength(2)
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/)
    expect(ids[0]).not.toBe(ids[1])
  })
})

describe('New', () => {
  it('should not create goroutines if never started', () => {
    make(none)
    expect(clock.pendingTimers).toBe(0)
  })

  it('should default NeedLeaderElection on the controller to true, from the manager, and not override it', () => {
    const needs = (own: ControllerOptions, defaults: ControllerDefaults) =>
      make(none, own, [channel], defaults).needLeaderElection
    expect(needs({}, {})).toBe(true)
    expect(needs({}, { needLeaderElection: false })).toBe(false)
    expect(needs({ needLeaderElection: false }, { needLeaderElection: true })).toBe(false)
  })

  it.each<[string, ControllerOptions]>([
    ['MaxConcurrentReconciles', { maxConcurrentReconciles: 5 }],
    ['CacheSyncTimeout', { cacheSyncTimeoutMs: 5000 }],
    ['EnableWarmup', { enableWarmup: true }],
    ['ReconciliationTimeout', { reconcileTimeoutMs: 30_000 }],
  ])('should default %s from manager if unset, and not override an existing one', (_, options) => {
    expect(withDefaults({}, options, undefined)).toEqual(options)
    const others = { maxConcurrentReconciles: 1, cacheSyncTimeoutMs: 1, reconcileTimeoutMs: 1 }
    expect(withDefaults(options, others, undefined)).toEqual({ ...others, ...options })
  })

  it('Should default MaxConcurrentReconciles to 1 if unset', async () => {
    make(none)
    expect(await value('controller_runtime_max_concurrent_reconciles')).toBe(1)
  })

  it('Should default CacheSyncTimeout to 2 minutes if unset', async () => {
    const deaf = sourceOf(() => new Promise(() => {}))
    const failed = expect(run(none, {}, [deaf])).rejects.toThrow('120000 ms')
    await clock.advance(119_999)
    await clock.advance(1)
    await failed
  })

  it('should not override RateLimiter and NewQueue if specified', () => {
    const own = new ExponentialBackoff()
    const newQueue: NonNullable<ControllerOptions['newQueue']> = (options) => new WorkQueue(options)
    const options = withDefaults(
      { rateLimiter: own, newQueue },
      { newRateLimiter: () => new ExponentialBackoff() },
      undefined,
    )
    expect(options.rateLimiter).toBe(own)
    expect(options.newQueue).toBe(newQueue)
  })
})

/** Rejects when the signal aborts, as whatever a reconciler waits for should. */
function never(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(signal.reason as Error)
    if (signal.aborted) fail()
    else signal.addEventListener('abort', fail, { once: true })
  })
}
