// The cases of pkg/source/source_test.go and pkg/internal/source/internal_test.go of
// kubernetes-sigs/controller-runtime, under their names there. A source without a cache, a kind or a
// handler, and an object without metadata, cannot be written here. A channel carries requests, so
// nothing filters them; it is closed by its controller.
import { FakeClock } from '@fairlead/base/testing'
import { errors, type TypedObject } from '@fairlead/kube-core'
import { Pod } from '@fairlead/kube-types'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { InformerCache } from '../cache/cache.ts'
import { FakeReader } from '../testing/fake-reader.ts'
import { RecordingLogger } from '../testing/recording-logger.ts'
import type { CreateEvent, DeleteEvent, UpdateEvent } from './event.ts'
import type { EventHandler } from './event-handler.ts'
import { functionSource } from './function-source.ts'
import type { Predicate } from './predicate.ts'
import type { Request } from './reconcile.ts'
import { ChannelSource } from './channel-source.ts'
import { kindSource } from './kind-source.ts'
import type { Source } from './source.ts'
import type { SourceContext } from './source-context.ts'

const pod = (resourceVersion: string, image = 'nginx'): Pod => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { namespace: 'default', name: 'foo', resourceVersion },
  spec: { containers: [{ name: 'web', image }] },
})

let clock: FakeClock
let reader: FakeReader
let stop: AbortController
let added: Request[]
let context: SourceContext
let events: (CreateEvent | UpdateEvent | DeleteEvent)[]
let caching: Promise<void>

const noting: EventHandler = {
  create: (event) => void events.push(event),
  update: (event) => void events.push(event),
  delete: (event) => void events.push(event),
}

beforeEach(() => {
  clock = new FakeClock()
  reader = new FakeReader()
  stop = new AbortController()
  added = []
  events = []
  const logger = new RecordingLogger()
  const cache = new InformerCache({ client: reader, clock, random: () => 0, logger })
  caching = cache.start(stop.signal)
  context = { clock, logger, cache, queue: { add: (request) => void added.push(request) } }
})

afterEach(async () => {
  stop.abort()
  await caching
})

async function start(source: Source): Promise<void> {
  const started = source.start(context, stop.signal)
  await clock.advance(0)
  await started
}

async function push(type: 'ADDED' | 'MODIFIED' | 'DELETED', object: TypedObject): Promise<void> {
  reader.push(Pod, { type, object })
  await clock.advance(0)
}

describe('Kind', () => {
  it('should provide a Pod CreateEvent', async () => {
    await start(kindSource(Pod, noting))
    await push('ADDED', pod('2'))
    expect(events).toEqual([{ object: pod('2'), isInInitialList: false }])
  })

  it('should provide a Pod UpdateEvent', async () => {
    reader.seed(Pod, pod('1'))
    await start(kindSource(Pod, noting))
    await push('MODIFIED', pod('2', 'busybox'))
    expect(events).toEqual([
      { object: pod('1'), isInInitialList: true },
      { oldObject: pod('1'), newObject: pod('2', 'busybox') },
    ])
  })

  it('should provide a Pod DeletedEvent', async () => {
    reader.seed(Pod, pod('1'))
    await start(kindSource(Pod, noting))
    await push('DELETED', pod('2'))
    expect(events[1]).toEqual({ object: pod('2'), deleteStateUnknown: false })
  })

  it('should return an error if syncing fails: whoever waits gives up', async () => {
    reader.stuck.add('pods')
    const started = kindSource(Pod, noting).start(context, stop.signal)
    const failed = expect(started).rejects.toThrow('no more')
    await clock.advance(0)
    stop.abort(new Error('no more'))
    await failed
  })
})

describe.each(['create', 'update', 'delete'] as const)('EventHandler: %s', (verb) => {
  const happen = {
    create: () => push('ADDED', pod('2')),
    update: () => push('MODIFIED', pod('2')),
    delete: () => push('DELETED', pod('2')),
  }
  const yes: Predicate = { [verb]: () => true }
  const no: Predicate = { [verb]: () => false }

  it.each<[string, Predicate[], number]>([
    ['one that says no', [no], 0],
    ['one that says yes', [yes], 1],
    ['a yes and a no', [yes, no], 0],
    ['a no and a yes', [no, yes], 0],
    ['all that say yes', [yes, yes], 1],
  ])('should use Predicates to filter: %s', async (_, predicates, passed) => {
    if (verb !== 'create') reader.seed(Pod, pod('1'))
    await start(kindSource(Pod, noting, predicates))
    events = []
    await happen[verb]()
    expect(events).toHaveLength(passed)
  })
})

it('should create a DeleteEvent from a tombstone', async () => {
  reader.seed(Pod, pod('1'))
  await start(kindSource(Pod, noting))
  // Its deletion is missed: it is only found to be gone by the next list.
  reader.seed(Pod)
  reader.push(Pod, { type: 'ERROR', object: errors.expired('too old').status })
  await clock.advance(2000)
  expect(events[1]).toEqual({ object: pod('1'), deleteStateUnknown: true })
})

describe('Func', () => {
  it('should be called from Start', async () => {
    let given: unknown
    await start(functionSource('func', async ({ queue }) => void (given = queue)))
    expect(given).toBe(context.queue)
  })

  it('should return its error', async () => {
    const failing = functionSource('func', () => Promise.reject(new Error('expected error: func')))
    const started = failing.start(context, stop.signal)
    await expect(started).rejects.toThrow('expected error: func')
  })
})

describe('Channel', () => {
  let channel: ChannelSource
  beforeEach(() => {
    channel = new ChannelSource('channel')
  })
  const foo = { namespace: 'bar', name: 'foo' }

  it('should provide a GenericEvent', async () => {
    await start(channel)
    channel.send(foo)
    expect(added).toEqual([foo])
  })

  it('should get pending events processed once channel unblocked', async () => {
    await start(channel)
    for (const name of ['a', 'b', 'c']) channel.send({ name })
    expect(added.map(({ name }) => name)).toEqual(['a', 'b', 'c'])
  })

  it('should be able to cope with events in the channel before the source is started', async () => {
    channel.send(foo)
    expect(added).toEqual([])
    await start(channel)
    expect(added).toEqual([foo])
  })

  it('should stop when the source channel is closed', async () => {
    await start(channel)
    channel.send(foo)
    stop.abort()
    channel.send({ name: 'late' })
    expect(added).toEqual([foo])
  })
})
