import { ConfigMap, errors, Secret } from '@fairlead/kube-core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DeadlineError, withFields } from '@fairlead/base'
import { InformerCache } from '../cache/cache.ts'
import { createMetrics } from '../metrics/metrics.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { FakeClock } from '@fairlead/base/testing'
import { FakeReader } from '../testing/fake-reader.ts'
import { ExponentialBackoff } from '../queue/rate-limiter.ts'
import { WorkQueue } from '../queue/work-queue.ts'
import type { WorkQueueOptions } from '../queue/work-queue.ts'
import { RecordingLogger } from '../testing/recording-logger.ts'
import { ControllerBuilder } from './controller-builder.ts'
import type { ControllerDefaults, ControllerOptions } from './controller-options.ts'
import { generationChanged } from './predicate.ts'
import { TerminalError } from './reconcile.ts'
import type { Reconcile, Request } from './reconcile.ts'
import { ChannelSource } from './channel-source.ts'

let clock: FakeClock
let metrics: Metrics
let logger: RecordingLogger
let reader: FakeReader
let stop: AbortController
let running: Promise<unknown>[]

beforeEach(() => {
  clock = new FakeClock()
  metrics = createMetrics()
  logger = new RecordingLogger()
  reader = new FakeReader()
  stop = new AbortController()
  running = []
})

afterEach(async () => {
  stop.abort()
  await Promise.allSettled(running)
  expect(clock.pendingTimers).toBe(0)
})

/** Runs a controller whose requests come from the test. */
function run(reconcile: Reconcile, options: ControllerOptions = {}) {
  const source = new ChannelSource('test')
  const builder = new ControllerBuilder().named('test').watchesRaw(source).withOptions(options)
  return { source, running: start(builder, reconcile) }
}

function start(builder: ControllerBuilder, reconcile: Reconcile): Promise<void> {
  const cache = new InformerCache({ client: reader, clock, random: () => 0, logger })
  const controller = builder.build(reconcile)
  controller.bind({ cache, clock, logger, metrics })
  running.push(cache.start(stop.signal))
  const started = controller.start(stop.signal)
  running.push(started)
  return started
}

async function value(name: string, labels = 'controller="test"'): Promise<number> {
  const text = await metrics.registry.metrics()
  const line = text.split('\n').find((one) => one.startsWith(`${name}{${labels}}`))
  if (line === undefined) throw new Error(`no metric ${name}{${labels}}`)
  return Number(line.split(' ').at(-1))
}

const result = (name: string) =>
  value('controller_runtime_reconcile_total', `controller="test",result="${name}"`)

describe('after a reconcile', () => {
  it('that succeeds nothing comes again', async () => {
    const seen: Request[] = []
    const { source } = run(async (request) => void seen.push(request))
    source.send({ namespace: 'ns', name: 'a' })
    await clock.advance(3_600_000)
    expect(seen).toEqual([{ namespace: 'ns', name: 'a' }])
    expect(await result('success')).toBe(1)
  })

  it('that fails it comes again with growing delays, and with the first delay after a success', async () => {
    const times: number[] = []
    const { source } = run(async () => {
      times.push(clock.now())
      if (times.length !== 4) throw new Error('not yet')
    })
    const startMs = clock.now()
    source.send({ name: 'a' })
    await clock.advance(100)
    source.send({ name: 'a' })
    await clock.advance(5)
    expect(times.slice(0, 6).map((at) => at - startMs)).toEqual([0, 5, 15, 35, 100, 105])
    expect(await result('error')).toBe(5)
    expect(await value('controller_runtime_reconcile_errors_total')).toBe(5)
    expect(await value('workqueue_retries_total', 'name="test",controller="test"')).toBe(5)
  })

  it('that asks for a time it comes again then, with the failures forgotten', async () => {
    const times: number[] = []
    const startMs = clock.now()
    const { source } = run(async () => {
      times.push(clock.now() - startMs)
      if (times.length !== 3) throw new Error('not yet')
      return { requeueAfterMs: 60_000 }
    })
    source.send({ name: 'a' })
    await clock.advance(60_020)
    expect(times).toEqual([0, 5, 15, 60_015, 60_020])
    expect(await result('requeue_after')).toBe(1)
  })

  it('that fails for good it does not come again', async () => {
    let calls = 0
    const { source } = run(async () => {
      calls += 1
      throw new TerminalError('this will never work')
    })
    source.send({ name: 'a' })
    await clock.advance(3_600_000)
    expect(calls).toBe(1)
    expect(await result('error')).toBe(1)
    expect(await value('controller_runtime_terminal_reconcile_errors_total')).toBe(1)
    source.send({ name: 'a' })
    await clock.advance(0)
    expect(calls).toBe(2)
  })

  it('that meets a conflict it comes again without counting as an error', async () => {
    let calls = 0
    const { source } = run(async () => {
      calls += 1
      if (calls === 1) throw errors.conflict('configmaps', 'a')
    })
    source.send({ name: 'a' })
    await clock.advance(5)
    expect(calls).toBe(2)
    expect(await result('requeue')).toBe(1)
    expect(await result('error')).toBe(0)
    expect(logger.lines.filter(({ level }) => level === 'error')).toEqual([])
  })

  it.each([
    ['a mistake in the program', () => Promise.reject(new TypeError('x is undefined'))],
    [
      'a synchronous throw',
      () => {
        throw new ReferenceError('y')
      },
    ],
    // oxlint-disable-next-line prefer-promise-reject-errors -- that is what is tested
    ['something that is no error', () => Promise.reject('oops')],
  ])('that ends with %s the controller lives and tries again', async (_, fail) => {
    let calls = 0
    const { source } = run(() => {
      calls += 1
      return calls === 1 ? fail() : Promise.resolve()
    })
    source.send({ name: 'a' })
    await clock.advance(5)
    expect(calls).toBe(2)
    expect(await value('controller_runtime_reconcile_panics_total')).toBe(1)
  })

  it('that takes too long its signal aborts, and it is tried again', async () => {
    let calls = 0
    const { source } = run(
      (_, { signal }) =>
        new Promise((resolve, reject) => {
          calls += 1
          if (calls > 1) return resolve()
          signal.addEventListener('abort', () => reject(signal.reason as Error))
        }),
      { reconcileTimeoutMs: 1000 },
    )
    source.send({ name: 'a' })
    await clock.advance(1005)
    expect(calls).toBe(2)
    expect(await value('controller_runtime_reconcile_timeouts_total')).toBe(1)
    const failed = logger.lines.find(({ level }) => level === 'error')
    expect(failed?.fields['err']).toBeInstanceOf(DeadlineError)
  })
})

describe('a reconciler that ignores its signal', () => {
  const stuck = new Map<string, () => void>()
  const ignoring: Reconcile = ({ name }) =>
    name.startsWith('stuck')
      ? new Promise((resolve) => stuck.set(name, resolve))
      : Promise.resolve(void calls.push(name))
  let calls: string[]

  beforeEach(() => {
    calls = []
    stuck.clear()
  })

  it('loses its worker, and its name stays locked until it ends', async () => {
    const { source } = run(ignoring, { reconcileTimeoutMs: 1000 })
    for (const name of ['stuck', 'other']) source.send({ name })
    await clock.advance(999)
    expect(calls).toEqual([])
    await clock.advance(1)
    expect(calls).toEqual(['other'])
    expect(await value('controller_runtime_abandoned_reconciles')).toBe(1)
    expect(await value('controller_runtime_active_workers')).toBe(0)
    expect(await value('controller_runtime_reconcile_timeouts_total')).toBe(1)
    expect(await result('error')).toBe(1)
    const told = logger.lines.filter(({ level }) => level === 'error')
    expect(told.map(({ fields }) => fields['object'])).toEqual(['stuck', 'stuck'])
    expect(told[0]?.message).toContain('goes on although its signal has aborted')

    const end = stuck.get('stuck')
    stuck.clear()
    await clock.advance(60_000)
    expect(stuck.size).toBe(0)
    end?.()
    await clock.advance(0)
    expect(stuck.size).toBe(1)
    expect(await value('controller_runtime_abandoned_reconciles')).toBe(0)
    const late = logger.lines.find(({ level }) => level === 'info')
    expect(late?.fields).toMatchObject({ object: 'stuck', seconds: 61 })
    stuck.get('stuck')?.()
  })

  it('keeps its worker when too many are abandoned already', async () => {
    const { source } = run(ignoring, { reconcileTimeoutMs: 1000, maxAbandonedReconciles: 2 })
    for (const name of ['stuck-1', 'stuck-2', 'stuck-3', 'other']) source.send({ name })
    await clock.advance(60_000)
    expect([...stuck.keys()]).toEqual(['stuck-1', 'stuck-2', 'stuck-3'])
    expect(calls).toEqual([])
    expect(await value('controller_runtime_abandoned_reconciles')).toBe(2)
    stuck.get('stuck-3')?.()
    await clock.advance(0)
    expect(calls).toEqual(['other'])
    stop.abort()
    for (const end of stuck.values()) end()
  })

  it('is waited for when the controller stops: it may still write', async () => {
    const { source, running: ended } = run(ignoring, { reconcileTimeoutMs: 1000 })
    source.send({ name: 'stuck' })
    await clock.advance(1000)
    let done = false
    void ended.then(() => (done = true))
    stop.abort()
    await clock.advance(0)
    expect(done).toBe(false)
    stuck.get('stuck')?.()
    await ended
  })
})

describe('options', () => {
  it('come from the manager where the controller has none', async () => {
    const controller = bound({
      reconcileTimeoutMs: 1,
      maxConcurrentReconciles: 2,
      groupKindConcurrency: { ConfigMap: 3, 'Secret.other': 4 },
    })
    controller(new ControllerBuilder().for(ConfigMap))
    controller(new ControllerBuilder().for(Secret))
    controller(
      new ControllerBuilder().for(Secret).named('own').withOptions({ maxConcurrentReconciles: 5 }),
    )
    const workers = (name: string) =>
      value('controller_runtime_max_concurrent_reconciles', `controller="${name}"`)
    expect([await workers('configmap'), await workers('secret'), await workers('own')]).toEqual([
      3, 2, 5,
    ])
  })

  it('of the manager decide about leader election too', () => {
    const controller = bound({ needLeaderElection: false })
    expect(controller(new ControllerBuilder().for(Secret)).needLeaderElection).toBe(false)
    const own = new ControllerBuilder().for(Secret).named('own')
    expect(controller(own.withOptions({ needLeaderElection: true })).needLeaderElection).toBe(true)
  })

  it('give each controller a rate limiter of its own', () => {
    const limiters: ExponentialBackoff[] = []
    const newRateLimiter = () => {
      const limiter = new ExponentialBackoff({ baseMs: 7 })
      limiters.push(limiter)
      return limiter
    }
    const controller = bound({ newRateLimiter })
    controller(new ControllerBuilder().for(Secret))
    controller(new ControllerBuilder().for(ConfigMap))
    expect(limiters).toHaveLength(2)
  })

  it('may bring a queue', async () => {
    const seen: string[] = []
    let given: WorkQueueOptions<Request> | undefined
    const { source } = run(async ({ name }) => void seen.push(name), {
      newQueue: (options) => {
        given = options
        return new WorkQueue({ ...options, keyOf: () => 'all the same' })
      },
    })
    for (const name of ['a', 'b']) source.send({ name })
    await clock.advance(0)
    expect(seen).toEqual(['a'])
    expect(given?.keyOf({ namespace: 'ns', name: 'a' })).toBe('ns/a')
  })

  function bound(defaults: ControllerDefaults) {
    const cache = new InformerCache({ client: reader, clock, random: () => 0, logger })
    return (builder: ControllerBuilder) => {
      const controller = builder.build(async () => {})
      controller.bind({ cache, clock, logger, metrics, defaults })
      return controller
    }
  }
})

describe('workers', () => {
  /** A reconciler that finishes when told to and knows what is running. */
  function gate() {
    const open = new Map<string, () => void>()
    const reconcile: Reconcile = ({ name }) =>
      new Promise((resolve) => {
        if (open.has(name)) throw new Error(`${name} runs already`)
        open.set(name, () => {
          open.delete(name)
          resolve()
        })
      })
    return { open, reconcile }
  }

  it('are one unless asked', async () => {
    const { open, reconcile } = gate()
    const { source } = run(reconcile)
    for (const name of ['a', 'b']) source.send({ name })
    await clock.advance(0)
    expect([...open.keys()]).toEqual(['a'])
    expect(await value('controller_runtime_active_workers')).toBe(1)
    open.get('a')?.()
    await clock.advance(0)
    expect([...open.keys()]).toEqual(['b'])
    open.get('b')?.()
    await clock.advance(0)
    expect(await value('controller_runtime_active_workers')).toBe(0)
  })

  it('never work on one name at once', async () => {
    const { open, reconcile } = gate()
    const { source } = run(reconcile, { maxConcurrentReconciles: 3 })
    for (const name of ['a', 'b', 'a']) source.send({ name })
    await clock.advance(0)
    source.send({ name: 'a' })
    await clock.advance(0)
    expect([...open.keys()]).toEqual(['a', 'b'])
    open.get('a')?.()
    await clock.advance(0)
    expect([...open.keys()]).toEqual(['b', 'a'])
    for (const end of open.values()) end()
    expect(await value('controller_runtime_max_concurrent_reconciles')).toBe(3)
  })

  it('finish what they do when the controller stops, and take nothing more', async () => {
    const { open, reconcile } = gate()
    const { source, running: ended } = run(reconcile)
    for (const name of ['a', 'b']) source.send({ name })
    await clock.advance(0)
    let done = false
    void ended.then(() => (done = true))
    stop.abort()
    await clock.advance(0)
    expect(done).toBe(false)
    open.get('a')?.()
    await ended
    expect(open.size).toBe(0)
  })
})

describe('a controller', () => {
  const object = (name: string, resourceVersion: string, more: object = {}): ConfigMap => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'ns', name, uid: name, resourceVersion, ...more },
  })

  it('tells the log, and only the log, what triggered it', async () => {
    reader.seed(ConfigMap, object('a', '5'))
    const seen: unknown[] = []
    void start(new ControllerBuilder().for(ConfigMap), async (request) => void seen.push(request))
    await vi.waitFor(() => expect(seen).toHaveLength(1))
    expect(seen).toEqual([{ namespace: 'ns', name: 'a' }])
    const line = logger.lines.find(({ message }) => message === 'reconciling')
    expect(line?.fields).toMatchObject({
      controller: 'configmap',
      object: 'ns/a',
      triggeredBy: ['create ConfigMap ns/a@5'],
    })
    expect(line?.fields['reconcileID']).toMatch(/^[0-9a-f-]{36}$/)
  })

  it('lets a change overtake what exists at the start', async () => {
    reader.seed(ConfigMap, object('a', '1'), object('b', '2'), object('c', '3'))
    const order: string[] = []
    const first = Promise.withResolvers<void>()
    void start(new ControllerBuilder().for(ConfigMap), async ({ name }) => {
      order.push(name)
      if (order.length === 1) await first.promise
    })
    await vi.waitFor(() => expect(order).toEqual(['a']))
    await vi.waitFor(() => expect(reader.openWatches.get('configmaps')).toBe(1))
    reader.push(ConfigMap, { type: 'MODIFIED', object: object('c', '4') })
    await clock.advance(0)
    first.resolve()
    await vi.waitFor(() => expect(order).toEqual(['a', 'c', 'b']))
  })

  it.each([
    [undefined, ['a', 'c', 'b']],
    [0, ['a', 'b', 'c']],
    [5, ['a', 'b', 'c']],
  ])('gives what exists at the start the priority %s', async (lowPriority, expected) => {
    reader.seed(ConfigMap, object('a', '1'), object('b', '2'))
    const order: string[] = []
    const first = Promise.withResolvers<void>()
    const source = new ChannelSource('test')
    const builder = new ControllerBuilder().for(ConfigMap).watchesRaw(source)
    if (lowPriority !== undefined) builder.withOptions({ lowPriority })
    void start(builder, async ({ name }) => {
      order.push(name)
      if (order.length === 1) await first.promise
    })
    await vi.waitFor(() => expect(order).toEqual(['a']))
    source.send({ namespace: 'ns', name: 'c' })
    first.resolve()
    await vi.waitFor(() => expect(order).toEqual(expected))
  })

  it('gives the next call the priority that the reconciler asks for', async () => {
    const order: string[] = []
    const first = Promise.withResolvers<void>()
    const { source } = run(async ({ name }) => {
      order.push(name)
      if (name === 'slow') await first.promise
      return order.length > 2 ? undefined : { requeueAfterMs: 1000, priority: name === 'a' ? 5 : 0 }
    })
    source.send({ name: 'a' })
    await clock.advance(0)
    source.send({ name: 'slow' })
    await clock.advance(0)
    source.send({ name: 'normal' })
    await clock.advance(1000)
    first.resolve()
    await clock.advance(0)
    expect(order).toEqual(['a', 'slow', 'a', 'normal'])
  })

  it('keeps a low priority over a requeue', async () => {
    reader.seed(ConfigMap, object('a', '1'))
    const order: string[] = []
    const gate = Promise.withResolvers<void>()
    const source = new ChannelSource('test')
    const builder = new ControllerBuilder().for(ConfigMap).watchesRaw(source)
    void start(builder, async ({ name }) => {
      order.push(name)
      if (name === 'slow') await gate.promise
      return order.length === 1 ? { requeueAfterMs: 1000 } : undefined
    })
    await vi.waitFor(() => expect(order).toEqual(['a']))
    source.send({ name: 'slow' })
    await clock.advance(1000)
    source.send({ name: 'urgent' })
    gate.resolve()
    await vi.waitFor(() => expect(order).toEqual(['a', 'slow', 'urgent', 'a']))
  })

  it('requests the controller owner of what it owns, and what a function says of the rest', async () => {
    const owner = (name: string, controller: boolean) => ({
      ownerReferences: [{ apiVersion: 'v1', kind: 'ConfigMap', name, uid: name, controller }],
    })
    const secret = (name: string, more: object): Secret => ({
      ...object(name, '1', more),
      kind: 'Secret',
    })
    reader.seed(Secret, secret('s1', owner('parent', true)), secret('s2', owner('friend', false)))
    const seen = new Set<string>()
    const builder = new ControllerBuilder()
      .for(ConfigMap)
      .owns(Secret)
      .watches(Secret, ({ metadata }) => [{ name: `mapped-${metadata.name}` }])
    void start(builder, async ({ name }) => void seen.add(name))
    await vi.waitFor(() => expect(seen.size).toBe(3))
    expect([...seen].toSorted()).toEqual(['mapped-s1', 'mapped-s2', 'parent'])
    expect(reader.lists.filter((kind) => kind === 'secrets')).toHaveLength(1)
  })

  it('hears only what its predicates let through', async () => {
    reader.seed(ConfigMap, object('a', '1', { generation: 1 }))
    let calls = 0
    const builder = new ControllerBuilder().for(ConfigMap, { predicates: [generationChanged] })
    void start(builder, async () => void (calls += 1))
    await vi.waitFor(() => expect(calls).toBe(1))
    await vi.waitFor(() => expect(reader.openWatches.get('configmaps')).toBe(1))
    reader.push(ConfigMap, { type: 'MODIFIED', object: object('a', '2', { generation: 1 }) })
    await clock.advance(0)
    expect(calls).toBe(1)
    reader.push(ConfigMap, { type: 'MODIFIED', object: object('a', '3', { generation: 2 }) })
    await vi.waitFor(() => expect(calls).toBe(2))
  })

  it('asks a function again that has thrown for an object', async () => {
    reader.seed(ConfigMap, object('a', '1'), object('b', '1'))
    const seen: string[] = []
    let throws = 2
    const builder = new ControllerBuilder().named('test').watches(ConfigMap, ({ metadata }) => {
      if (metadata.name === 'a' && throws-- > 0) throw new TypeError('x is undefined')
      return [{ name: metadata.name ?? '' }]
    })
    void start(builder, async ({ name }) => void seen.push(name))
    await vi.waitFor(() => expect(seen).toEqual(['b']))
    await clock.advance(15)
    expect(seen).toEqual(['b', 'a'])
    const told = logger.lines.filter(({ level }) => level === 'error')
    expect(told.map(({ fields }) => fields['event'])).toEqual(
      Array(2).fill('create ConfigMap ns/a'),
    )
  })

  it('fails when a predicate throws for too many objects', async () => {
    const objects = Array.from({ length: 1001 }, (_, index) => object(String(index), '1'))
    reader.seed(ConfigMap, ...objects)
    const predicate = {
      create() {
        throw new Error('never right')
      },
    }
    const builder = new ControllerBuilder().for(ConfigMap, { predicates: [predicate] })
    await expect(start(builder, async () => {})).rejects.toThrow('throw for 1000 events')
  })

  it('fails to start when a kind does not arrive in time, and says which', async () => {
    reader.stuck.add('configmaps')
    const started = start(new ControllerBuilder().for(ConfigMap), async () => {})
    started.catch(() => {})
    await clock.advance(120_000)
    await expect(started).rejects.toThrow(
      'controller configmap: the first sync of its source ConfigMap',
    )
  })

  it('stops its watches with it', async () => {
    const ended = start(new ControllerBuilder().for(ConfigMap), async () => {})
    await vi.waitFor(() => expect(reader.openWatches.get('configmaps')).toBe(1))
    stop.abort()
    await ended
    await vi.waitFor(() => expect(reader.openWatches.get('configmaps')).toBe(0))
  })

  it('has all its metrics from the start', async () => {
    run(async () => {})
    await clock.advance(0)
    for (const name of ['success', 'error', 'requeue', 'requeue_after']) {
      expect(await result(name)).toBe(0)
    }
    for (const name of [
      'controller_runtime_reconcile_errors_total',
      'controller_runtime_terminal_reconcile_errors_total',
      'controller_runtime_reconcile_panics_total',
      'controller_runtime_reconcile_timeouts_total',
      'controller_runtime_reconcile_time_seconds_count',
      'controller_runtime_active_workers',
    ]) {
      expect(await value(name)).toBe(0)
    }
    expect(await value('workqueue_adds_total', 'name="test",controller="test"')).toBe(0)
  })

  it('keeps what was sent before it ran, once per name', async () => {
    const source = new ChannelSource('early')
    for (const name of ['a', 'b', 'a']) source.send({ name })
    const seen: string[] = []
    const builder = new ControllerBuilder().named('test').watchesRaw(source)
    void start(builder, async ({ name }) => void seen.push(name))
    await vi.waitFor(() => expect(seen).toEqual(['a', 'b']))
  })
})

describe('a builder', () => {
  it.each([
    ['nothing to watch', (b: ControllerBuilder) => b.named('x')],
    ['no name', (b: ControllerBuilder) => b.watches(Secret, () => [])],
    ['two kinds to reconcile', (b: ControllerBuilder) => b.for(Secret).for(ConfigMap)],
    ['owned objects without an owner kind', (b: ControllerBuilder) => b.owns(Secret)],
  ])('refuses %s', (_, configure) => {
    expect(() => configure(new ControllerBuilder()).build(async () => {})).toThrow()
  })
})

// controller-runtime pkg/builder/controller_test.go: "should override logger during creation of controller" (LogConstructor)
describe('the option logger', () => {
  it('makes the logger of each reconcile from its own', async () => {
    const { source } = run(async (_request, { log }) => log.info({}, 'seen'), {
      logger: ({ name }, base) => withFields(base, { tenant: `of-${name}` }),
    })
    source.send({ namespace: 'ns', name: 'a' })
    await clock.advance(0)
    const line = logger.lines.find(({ message }) => message === 'seen')
    expect(line?.fields).toMatchObject({ controller: 'test', object: 'ns/a', tenant: 'of-a' })
  })

  it('costs no reconcile if it throws', async () => {
    const { source } = run(async (_request, { log }) => log.info({}, 'seen'), {
      logger() {
        throw new Error('no logger')
      },
    })
    source.send({ namespace: 'ns', name: 'a' })
    await clock.advance(0)
    expect(logger.lines.map(({ message }) => message)).toEqual(
      expect.arrayContaining(['seen', 'the option logger of the controller threw']),
    )
  })
})
