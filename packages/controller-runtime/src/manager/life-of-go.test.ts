import { ConfigMap } from '@fairlead/kube-core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { aborted, sleep, silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import type { Client } from '../client/client.ts'
import { ControllerBuilder } from '../controller/controller-builder.ts'
import { ChannelSource } from '../controller/channel-source.ts'
import { LeaderElectionLostError } from '../leader-election/leader-election-lost-error.ts'
import { runnable } from '../runnable.ts'
import { FakeReader } from '../testing/fake-reader.ts'
import { LeaseStore } from '../testing/lease-store.ts'
import { RecordingLogger } from '../testing/recording-logger.ts'
import { Manager, type ManagerOptions } from './manager.ts'

/** Cases of controller-runtime pkg/manager/manager_test.go, by what they are about. */

let clock: FakeClock
let reader: FakeReader
let steps: string[]
let stop: AbortController

beforeEach(() => {
  clock = new FakeClock()
  reader = new FakeReader()
  steps = []
  stop = new AbortController()
})

afterEach(() => expect(clock.pendingTimers).toBe(0))

function newManager(options: Partial<ManagerOptions> = {}): Manager {
  const client = { ...new LeaseStore(clock).client, ...readerOf(reader) }
  return new Manager({ client, clock, random: () => 0, logger: silentLogger, ...options })
}

function readerOf(server: FakeReader): Client {
  return { list: server.list.bind(server), watch: server.watch.bind(server) } as unknown as Client
}

/** Starts, and never leaves a rejection unhandled. */
function start(manager: Manager): { readonly running: Promise<void> } {
  const running = manager.start(stop.signal)
  running.catch(() => {})
  return { running }
}

const forever = () => new Promise<void>(() => {})
const failing = (message: string) => runnable(() => Promise.reject(new Error(message)))

/** Ends some time after it was asked to. */
function slow(name: string, delayMs: number) {
  return runnable(
    async (signal) => {
      await aborted(signal)
      await sleep(clock, delayMs)
      steps.push(`${name} stopped`)
    },
    { name },
  )
}

describe('New', () => {
  // "should return an error if there is no Config"
  it('needs a config or a client', () => {
    expect(() => new Manager({ logger: silentLogger })).toThrow('need a config or a client')
  })

  it('refuses a grace period that is none', () => {
    expect(() => newManager({ gracefulShutdownTimeoutMs: -1 })).toThrow('Infinity waits for ever')
    expect(() => newManager({ gracefulShutdownTimeoutMs: NaN })).toThrow(RangeError)
  })
})

describe('Start', () => {
  // "should stop when context is cancelled"
  it('ends when its signal aborts, at once if it has', async () => {
    stop.abort()
    await newManager().start(stop.signal)
  })

  // "should start the cache before starting anything else"
  it('starts nothing before the cache has synced, and then everything', async () => {
    const manager = newManager()
    const informer = manager.cache.informerFor(ConfigMap)
    const note = (name: string) => async () => void steps.push(`${name} ${informer.synced}`)
    manager.add(runnable(note('leader')))
    manager.add(runnable(note('every replica'), { needLeaderElection: false }))
    const { running } = start(manager)
    await vi.waitFor(() => expect(steps).toEqual(['every replica true', 'leader true']))
    stop.abort()
    await running
  })

  // "should start caches added after Manager has started"
  it('starts the cache of a cluster that is added while it runs', async () => {
    const manager = newManager()
    const { running } = start(manager)
    await clock.advance(0)
    const { cache } = manager.addCluster('west', { client: readerOf(new FakeReader()) })
    cache.informerFor(ConfigMap)
    await cache.waitForSync(AbortSignal.timeout(5000))
    stop.abort()
    await running
  })

  // "should return an error if any Components fail to Start and wait for runnables to stop"
  it('waits for the others when one fails', async () => {
    const manager = newManager()
    manager.add(slow('other', 5000))
    manager.add(failing('port in use'))
    const { running } = start(manager)
    await clock.advance(5000)
    await expect(running).rejects.toThrow('port in use')
    expect(steps).toEqual(['other stopped'])
  })

  // "should wait for runnables to stop"
  it('waits for everything that it runs to stop', async () => {
    const manager = newManager()
    manager.add(slow('one', 1000))
    manager.add(slow('two', 2000))
    const { running } = start(manager)
    await clock.advance(0)
    stop.abort()
    await clock.advance(2000)
    await running
    expect(steps).toEqual(['one stopped', 'two stopped'])
  })

  // "should refuse to add runnable if stop procedure is already engaged"
  it('refuses what is added when it stops', async () => {
    const manager = newManager()
    manager.add(slow('other', 1000))
    const { running } = start(manager)
    await clock.advance(0)
    stop.abort()
    await clock.advance(0)
    expect(() => manager.add(failing('late'))).toThrow('nothing can be added any more')
    await clock.advance(1000)
    await running
    expect(() => manager.add(failing('later'))).toThrow('nothing can be added any more')
  })

  // "should not return runnables context.Canceled errors"
  it('takes the abortion of its signal for no failure', async () => {
    const manager = newManager()
    manager.add(runnable((signal) => sleep(clock, 60_000, signal)))
    manager.add(
      runnable(async (signal) => {
        await aborted(signal)
        signal.throwIfAborted()
      }),
    )
    manager.add(
      runnable(async (signal) => {
        await aborted(signal)
        throw new DOMException('fetch was aborted', 'AbortError')
      }),
    )
    const { running } = start(manager)
    await clock.advance(0)
    stop.abort()
    await running
  })

  it('takes any other error during the stop for one', async () => {
    const manager = newManager()
    manager.add(
      runnable(async (signal) => {
        await aborted(signal)
        throw new Error('the last batch was lost')
      }),
    )
    const { running } = start(manager)
    await clock.advance(0)
    stop.abort()
    await expect(running).rejects.toThrow('the last batch was lost')
  })

  // "should return both runnables and stop errors when both error"
  it('rejects with both, when something fails and something else does not stop', async () => {
    const manager = newManager({ gracefulShutdownTimeoutMs: 1 })
    manager.add(failing('port in use'))
    manager.add(runnable(forever, { name: 'stubborn' }))
    const { running } = start(manager)
    await clock.advance(1)
    const error: unknown = await running.catch((one: unknown) => one)
    expect(error).toBeInstanceOf(AggregateError)
    expect((error as AggregateError).errors.map(String)).toEqual([
      'Error: port in use',
      'Error: stopping everything that the manager runs took longer than 1 ms; still running: stubborn',
    ])
  })

  // "should return only stop errors if runnables dont error"
  it('names what did not stop in time', async () => {
    const manager = newManager({ gracefulShutdownTimeoutMs: 1 })
    manager.add(runnable(forever))
    new ControllerBuilder(manager).named('website').watchesRaw(sending('a')).build(forever)
    const { running } = start(manager)
    await clock.advance(0)
    stop.abort()
    await clock.advance(1)
    await expect(running).rejects.toThrow('still running: a runnable without a name, website')
  })

  // "should not wait for runnables if gracefulShutdownTimeout is 0"
  it('waits for nothing without a grace period', async () => {
    const manager = newManager({ gracefulShutdownTimeoutMs: 0 })
    manager.add(slow('slow', 1000))
    const { running } = start(manager)
    await clock.advance(0)
    stop.abort()
    await clock.advance(0)
    await running
    expect(steps).toEqual([])
    await clock.advance(1000)
    expect(steps).toEqual(['slow stopped'])
  })

  // "should wait forever for runnables if gracefulShutdownTimeout is <0 (-1)"
  it('waits for ever if it is told so', async () => {
    const manager = newManager({ gracefulShutdownTimeoutMs: Infinity })
    manager.add(slow('slow', 3_600_000))
    const { running } = start(manager)
    await clock.advance(0)
    stop.abort()
    await clock.advance(3_600_000)
    await running
    expect(steps).toEqual(['slow stopped'])
  })

  // "should disable gracefulShutdown when stopping to lead"
  it('waits for nothing when the lease is lost', async () => {
    const store = new LeaseStore(clock)
    const manager = newManager({
      client: { ...store.client, ...readerOf(reader) },
      leaderElection: { name: 'x', namespace: 'ns', identity: 'me' },
    })
    manager.add(runnable(forever))
    const { running } = start(manager)
    await manager.whenElected()
    store.away = true
    await clock.advance(12_000)
    await expect(running).rejects.toBeInstanceOf(LeaderElectionLostError)
  })

  // "should default controller logger from manager logger"
  it('gives its logger to controllers', async () => {
    const logger = new RecordingLogger()
    const manager = newManager({ logger })
    new ControllerBuilder(manager)
      .named('website')
      .watchesRaw(sending('a'))
      .build(async (_, { log }) => log.info({}, 'seen'))
    const { running } = start(manager)
    await clock.advance(0)
    stop.abort()
    await running
    expect(logger.lines.find(({ message }) => message === 'seen')?.fields).toMatchObject({
      controller: 'website',
      object: 'a',
    })
  })
})

describe('Add', () => {
  // "should immediately start the Component if the Manager has already Started another Component"
  it('starts at once what is added to one that runs', async () => {
    const manager = newManager()
    manager.add(slow('first', 0))
    const { running } = start(manager)
    await clock.advance(0)
    manager.add(runnable(async () => void steps.push('second')))
    await vi.waitFor(() => expect(steps).toEqual(['second']))
    stop.abort()
    await clock.advance(0)
    await running
  })

  // "should fail if attempted to start a second time"
  it('starts only once', async () => {
    const manager = newManager()
    const { running } = start(manager)
    await expect(manager.start(stop.signal)).rejects.toThrow('can only be started once')
    stop.abort()
    await running
    await expect(manager.start(stop.signal)).rejects.toThrow('can only be started once')
  })
})

function sending(name: string): ChannelSource {
  const source = new ChannelSource('test')
  source.send({ name })
  return source
}
