import { ConfigMap } from '@fairlead/kube-core'
import { beforeEach, describe, expect, it, vi } from 'vitest'
import { aborted, silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import type { Client } from '../client/client.ts'
import { ConnectionError } from '../client/connection-error.ts'
import { ControllerBuilder } from '../controller/controller-builder.ts'
import { ChannelSource } from '../controller/channel-source.ts'
import { probeResponse } from '../probes/probe-response.ts'
import { FakeReader } from '../testing/fake-reader.ts'
import { RecordingLogger } from '../testing/recording-logger.ts'
import { Manager } from './manager.ts'
import type { ManagerOptions } from './manager.ts'
import { runnable } from '../runnable.ts'

let clock: FakeClock
let reader: FakeReader
let steps: string[]

beforeEach(() => {
  clock = new FakeClock()
  reader = new FakeReader()
  steps = []
})

function newManager(options: Partial<ManagerOptions> = {}): Manager {
  return new Manager({
    client: reader as unknown as Client,
    clock,
    random: () => 0,
    logger: silentLogger,
    ...options,
  })
}

/** A runnable that records when it starts and stops. */
function step(name: string, options: Parameters<typeof runnable>[1] = {}) {
  return runnable(async (signal) => {
    steps.push(`${name} starts`)
    await aborted(signal)
    await Promise.resolve()
    steps.push(`${name} stopped`)
  }, options)
}

const ready = (manager: Manager) =>
  probeResponse('/readyz', new URLSearchParams(), manager.healthChecks).status

describe('a manager', () => {
  it('runs only its servers until the cache has synced', async () => {
    reader.stuck.add('configmaps')
    const manager = newManager()
    manager.cache.informerFor(ConfigMap)
    manager.add(step('leader only'))
    manager.add(step('every replica', { needLeaderElection: false }))
    manager.add(step('server', { stage: 'servers' }))
    const stop = new AbortController()
    expect(ready(manager)).toBe(500)
    const running = manager.start(stop.signal)
    await clock.advance(0)
    expect(steps).toEqual(['server starts'])
    expect(ready(manager)).toBe(500)

    stop.abort()
    await running
    expect(steps).toEqual(['server starts', 'server stopped'])
  })

  it('starts servers, the cache, what every replica runs and controllers, and stops in order', async () => {
    const manager = newManager()
    const informer = manager.cache.informerFor(ConfigMap)
    manager.add(
      runnable(async (signal) => {
        steps.push(`controller sees synced=${informer.synced}`)
        await aborted(signal)
        steps.push(`watches open at its end: ${reader.openWatches.get('configmaps')}`)
      }),
    )
    manager.add(step('every replica', { needLeaderElection: false }))
    manager.add(step('server', { stage: 'servers' }))
    const stop = new AbortController()
    const running = manager.start(stop.signal)
    await vi.waitFor(() => expect(steps).toHaveLength(3))
    expect(ready(manager)).toBe(200)
    expect(manager.elected).toBe(true)
    stop.abort()
    await running
    expect(steps).toEqual([
      'server starts',
      'every replica starts',
      'controller sees synced=true',
      'every replica stopped',
      'watches open at its end: 1',
      'server stopped',
    ])
    expect(reader.openWatches.get('configmaps')).toBe(0)
    expect(ready(manager)).toBe(500)
    expect(clock.pendingTimers).toBe(0)
  })

  it('is not ready while no watch of a kind works, and says which', async () => {
    const refused = { list: reader.list.bind(reader), watch: reader.watch.bind(reader) }
    let broken = false
    refused.watch = (type, options) => {
      if (broken) throw new ConnectionError('the server is away')
      return reader.watch(type, options)
    }
    const manager = newManager({ client: refused as unknown as Client, watchIdleTimeoutMs: 90_000 })
    manager.cache.informerFor(ConfigMap)
    const stop = new AbortController()
    const running = manager.start(stop.signal)
    await vi.waitFor(() => expect(ready(manager)).toBe(200))
    broken = true
    await clock.advance(90_000)
    expect(ready(manager)).toBe(200)
    await clock.advance(60_001)
    expect(ready(manager)).toBe(500)
    expect(
      probeResponse('/readyz/caches-current', new URLSearchParams(), manager.healthChecks).body,
    ).toContain('not watched any more: configmaps.v1 (the server is away)')
    broken = false
    await clock.advance(60_000)
    expect(ready(manager)).toBe(200)
    stop.abort()
    await running
  })

  it('says that the server cannot be reached from the start, and ends', async () => {
    const away = { list: () => Promise.reject(new ConnectionError('ECONNREFUSED')) }
    const logger = new RecordingLogger()
    const options = { client: away as unknown as Client, logger, cacheSyncTimeoutMs: 10_000 }
    const manager = newManager(options)
    manager.cache.informerFor(ConfigMap)
    const ended = manager.start(new AbortController().signal).catch((error: unknown) => error)
    await clock.advance(10_000)
    expect(String(await ended)).toContain('not synced: configmaps.v1 (ECONNREFUSED)')
    expect(logger.lines[0]).toMatchObject({
      level: 'warn',
      fields: { kind: 'ConfigMap', reason: 'ECONNREFUSED', delayMs: 800 },
    })

    const another = newManager({ ...options, cacheSyncTimeoutMs: 60_000 })
    another.add(
      new ControllerBuilder(another)
        .for(ConfigMap)
        .withOptions({ cacheSyncTimeoutMs: 20_000 })
        .build(async () => {}),
    )
    const failed = another.start(new AbortController().signal).catch((error: unknown) => error)
    await clock.advance(20_000)
    expect(String(await failed)).toContain('source ConfigMap')
    expect(String(await failed)).toContain('not synced: configmaps.v1 (ECONNREFUSED)')

    const third = newManager({ ...options, cacheSyncTimeoutMs: 15_000 })
    third.add(new ControllerBuilder(third).for(ConfigMap).build(async () => {}))
    const late = third.start(new AbortController().signal).catch((error: unknown) => error)
    await clock.advance(15_000)
    expect(String(await late)).toContain('source ConfigMap took longer than 15000 ms')
  })

  it('runs a controller', async () => {
    reader.seed(ConfigMap, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'ns', name: 'a', resourceVersion: '1' },
    })
    const manager = newManager()
    const seen: string[] = []
    const controller = new ControllerBuilder(manager).for(ConfigMap).build(async ({ name }) => {
      seen.push(`${name} ${manager.cache.get(ConfigMap, { namespace: 'ns', name })?.kind}`)
    })
    manager.add(controller)
    const stop = new AbortController()
    const running = manager.start(stop.signal)
    await vi.waitFor(() => expect(seen).toEqual(['a ConfigMap']))
    stop.abort()
    await running
  })

  it('lets its writes be read from the cache before the watch brings them', async () => {
    const object = (resourceVersion: string): ConfigMap => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'ns', name: 'a', resourceVersion },
    })
    const writes = {
      list: reader.list.bind(reader),
      watch: reader.watch.bind(reader),
      create: () => Promise.resolve(object('7')),
      update: () => Promise.resolve(object('8')),
    }
    const manager = newManager({ client: writes as unknown as Client })
    manager.cache.informerFor(ConfigMap)
    const stop = new AbortController()
    const running = manager.start(stop.signal)
    await vi.waitFor(() => expect(ready(manager)).toBe(200))
    const cached = () => manager.cache.get(ConfigMap, { namespace: 'ns', name: 'a' })?.metadata
    await manager.client.create(ConfigMap, object(''))
    expect(cached()?.resourceVersion).toBe('7')
    await manager.client.update(ConfigMap, object(''), { dryRun: true })
    expect(cached()?.resourceVersion).toBe('7')
    await manager.client.update(ConfigMap, object(''))
    expect(cached()?.resourceVersion).toBe('8')
    stop.abort()
    await running
  })

  it('starts at once what is added while it runs', async () => {
    const manager = newManager()
    const stop = new AbortController()
    const running = manager.start(stop.signal)
    await clock.advance(0)
    manager.add(step('late'))
    await vi.waitFor(() => expect(steps).toEqual(['late starts']))
    stop.abort()
    await running
    expect(steps).toEqual(['late starts', 'late stopped'])
  })

  it('stops everything and fails when something that it runs fails', async () => {
    const manager = newManager()
    manager.add(step('other'))
    manager.add(runnable(() => Promise.reject(new Error('port in use'))))
    await expect(manager.start(new AbortController().signal)).rejects.toThrow('port in use')
    expect(steps).toEqual(['other starts', 'other stopped'])
  })

  it('fails when the cache does not sync in time', async () => {
    reader.stuck.add('configmaps')
    const manager = newManager()
    manager.cache.informerFor(ConfigMap)
    const running = manager.start(new AbortController().signal)
    running.catch(() => {})
    await clock.advance(120_000)
    await expect(running).rejects.toThrow(
      'the first sync of the cache took longer than 120000 ms; not synced: configmaps.v1',
    )
  })

  it('does not wait for ever for something that does not stop', async () => {
    const manager = newManager()
    manager.add(runnable(() => new Promise(() => {})))
    const stop = new AbortController()
    const running = manager.start(stop.signal)
    running.catch(() => {})
    await clock.advance(0)
    stop.abort()
    await clock.advance(29_999)
    let ended = false
    running.catch(() => (ended = true))
    await clock.advance(0)
    expect(ended).toBe(false)
    await clock.advance(1)
    await expect(running).rejects.toThrow('30000 ms')
  })

  it('tells everything to stop when the grace period is over', async () => {
    const manager = newManager()
    manager.add(runnable(() => new Promise(() => {}), { needLeaderElection: false }))
    manager.add(step('leader only'))
    manager.add(step('server', { stage: 'servers' }))
    const stop = new AbortController()
    const running = manager.start(stop.signal)
    running.catch(() => {})
    await clock.advance(0)
    stop.abort()
    await clock.advance(30_000)
    await expect(running).rejects.toThrow('30000 ms')
    await clock.advance(0)
    expect(steps).toContain('leader only stopped')
    expect(steps).toContain('server stopped')
  })

  it.each([
    ['in order', false],
    ['after the grace period', true],
  ])('leaves no timer behind when it stopped %s', async (_, hangs) => {
    const refuse = () => Promise.reject(new ConnectionError('away'))
    const client = {
      list: refuse,
      watch: reader.watch.bind(reader),
      create: refuse,
      get: refuse,
    }
    const manager = newManager({
      client: client as unknown as Client,
      leaderElection: { name: 'x', namespace: 'ns', identity: 'me' },
    })
    if (hangs) manager.add(runnable(() => new Promise(() => {}), { stage: 'servers' }))
    const queued = new ChannelSource('later')
    queued.send({ name: 'a' })
    manager.add(
      new ControllerBuilder()
        .named('later')
        .watchesRaw(queued)
        .withOptions({ needLeaderElection: false })
        .build(() => Promise.resolve({ requeueAfterMs: 60_000 })),
    )
    const stop = new AbortController()
    const running = manager.start(stop.signal)
    running.catch(() => {})
    await clock.advance(0)
    manager.cache.informerFor(ConfigMap)
    const object: ConfigMap = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'ns', name: 'a', uid: 'u' },
    }
    manager.eventRecorder('test').event(object, { type: 'Normal', reason: 'Made', note: '' })
    await clock.advance(0)
    // The elector, the recorder, the queue and the monitor of the loop each wait, and the informer
    // does for the watch and for the next resync.
    expect(clock.pendingTimers).toBe(6)
    stop.abort()
    await clock.advance(hangs ? 30_000 : 0)
    await running.catch(() => {})
    await clock.advance(0)
    expect(clock.pendingTimers).toBe(0)
  })

  it('has one event recorder for each component, however often it is asked', () => {
    const manager = newManager()
    expect(manager.eventRecorder('a')).toBe(manager.eventRecorder('a'))
    expect(manager.eventRecorder('b')).not.toBe(manager.eventRecorder('a'))
  })

  it('refuses a second controller of the same name, and to start twice', async () => {
    const manager = newManager()
    const build = () => new ControllerBuilder(manager).for(ConfigMap).build(async () => {})
    build()
    expect(build).toThrow('a controller named configmap already exists')
    const stop = new AbortController()
    const running = manager.start(stop.signal)
    await expect(manager.start(stop.signal)).rejects.toThrow('once')
    stop.abort()
    await running
  })

  it('adds its own and other health checks to the probes', async () => {
    const manager = newManager()
    manager.addReadyzCheck('webhook', () => {
      throw new Error('not listening')
    })
    manager.addHealthzCheck('alive', () => {})
    expect(() => manager.addHealthzCheck('alive', () => {})).toThrow('alive')
    const verbose = new URLSearchParams('verbose')
    expect(probeResponse('/healthz', verbose, manager.healthChecks).body).toBe(
      '[+]alive ok\n[+]event-loop ok\nhealthz check passed\n',
    )
    expect(probeResponse('/readyz', verbose, manager.healthChecks).body).toContain(
      '[-]webhook failed: reason withheld',
    )
  })
})
