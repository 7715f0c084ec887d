import { ConfigMap } from '@fairlead/kube-core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { aborted, silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { ControllerBuilder } from '../controller/controller-builder.ts'
import type { ControllerOptions } from '../controller/controller-options.ts'
import type { Request } from '../controller/reconcile.ts'
import { ChannelSource } from '../controller/channel-source.ts'
import { createMetrics } from '../metrics/metrics.ts'
import { runnable } from '../runnable.ts'
import { FakeReader } from '../testing/fake-reader.ts'
import { LeaseStore } from '../testing/lease-store.ts'
import { Manager, type ManagerOptions } from './manager.ts'

let clock: FakeClock
let store: LeaseStore
let reader: FakeReader
let rival: Promise<void>
let rivalStop: AbortController
const ends: (() => Promise<void>)[] = []

/** Another replica leads from the start. */
beforeEach(async () => {
  clock = new FakeClock()
  store = new LeaseStore(clock)
  reader = new FakeReader()
  reader.seed(ConfigMap, configMap('a'), configMap('b'))
  rivalStop = new AbortController()
  rival = newManager('rival').start(rivalStop.signal)
  await clock.advance(0)
})

afterEach(async () => {
  rivalStop.abort()
  await rival
  for (const end of ends.splice(0)) await end()
  expect(clock.pendingTimers).toBe(0)
})

function configMap(name: string): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'ns', name, uid: name, resourceVersion: '1' },
  }
}

function newManager(identity: string, options: Partial<ManagerOptions> = {}): Manager {
  const client = {
    ...store.client,
    list: reader.list.bind(reader),
    watch: reader.watch.bind(reader),
  }
  return new Manager({
    client,
    clock,
    random: () => 0,
    logger: silentLogger,
    leaderElection: { name: 'x', namespace: 'ns', identity },
    ...options,
  })
}

function start(manager: Manager): { readonly running: Promise<void> } {
  const stop = new AbortController()
  const running = manager.start(stop.signal)
  running.catch(() => {})
  ends.push(async () => {
    stop.abort()
    await running.catch(() => {})
  })
  return { running }
}

function counting(manager: Manager, options: ControllerOptions): Request[] {
  const seen: Request[] = []
  new ControllerBuilder(manager)
    .for(ConfigMap)
    .withOptions(options)
    .build(async (request) => void seen.push(request))
  return seen
}

const watching = () => reader.openWatches.get('configmaps') ?? 0

async function succeed(): Promise<void> {
  rivalStop.abort()
  await rival
  await clock.advance(2000)
}

describe('a controller that warms up', () => {
  // controller-runtime pkg/manager/manager_test.go: "should run warmup runnables before leader election is won"
  it('fills its queue on a replica that does not lead, and reconciles at once when it does', async () => {
    const metrics = createMetrics()
    const manager = newManager('me', { metrics })
    const seen = counting(manager, { enableWarmup: true })
    start(manager)
    await vi.waitFor(() => expect(watching()).toBe(1))
    await clock.advance(1000)
    expect(manager.elected).toBe(false)
    expect(seen).toEqual([])
    expect(await metrics.registry.metrics()).toMatch(
      /workqueue_depth\{[^}]*controller="configmap"[^}]*\} 2/,
    )
    reader.push(ConfigMap, { type: 'ADDED', object: configMap('c') })
    await succeed()
    expect(seen.map(({ name }) => name)).toEqual(['c', 'a', 'b'])
    expect(reader.lists).toEqual(['configmaps'])
  })

  // controller-runtime pkg/internal/controller/controller_test.go: "should not start sources when Warmup is called if warmup is disabled but start it when Start is called."
  it('watches only on the leader, unless asked', async () => {
    const manager = newManager('me')
    const seen = counting(manager, {})
    start(manager)
    await clock.advance(1000)
    expect(watching()).toBe(0)
    await succeed()
    await vi.waitFor(() => expect(seen).toHaveLength(2))
  })

  it('is asked for all controllers by the manager, and declined by one', async () => {
    const manager = newManager('me', { controllerDefaults: { enableWarmup: true } })
    counting(manager, { enableWarmup: false })
    start(manager)
    await clock.advance(1000)
    expect(watching()).toBe(0)
  })

  // controller-runtime pkg/internal/controller/controller_test.go: "should be called before leader election runnables if warmup is enabled"
  it('warms up and then waits for nothing a second time', async () => {
    const source = new ChannelSource('once')
    const started = vi.spyOn(source, 'start')
    const manager = newManager('me')
    const seen: string[] = []
    new ControllerBuilder(manager)
      .named('x')
      .watchesRaw(source)
      .withOptions({ enableWarmup: true })
      .build(async ({ name }) => void seen.push(name))
    start(manager)
    await clock.advance(0)
    source.send({ name: 'before' })
    await succeed()
    source.send({ name: 'after' })
    await clock.advance(0)
    expect(seen).toEqual(['before', 'after'])
    expect(started).toHaveBeenCalledTimes(1)
  })

  it('does not keep others from leading while it warms up', async () => {
    reader.stuck.add('configmaps')
    const manager = newManager('me')
    counting(manager, { enableWarmup: true })
    start(manager)
    await clock.advance(1000)
    await succeed()
    expect(manager.elected).toBe(true)
  })

  // controller-runtime pkg/internal/controller/controller_test.go: "should track warmup status correctly with unsuccessful sync"
  it('fails the manager when it does not sync in time', async () => {
    reader.stuck.add('configmaps')
    const manager = newManager('me')
    counting(manager, { enableWarmup: true, cacheSyncTimeoutMs: 5000 })
    const { running } = start(manager)
    await clock.advance(5000)
    await expect(running).rejects.toThrow('controller configmap: the first sync of its source')
    expect(manager.elected).toBe(false)
  })

  // controller-runtime pkg/internal/controller/controller_test.go: "should not error when controller Warmup context is cancelled during Sources WaitForSync"
  it('stops its sources when the manager stops without having led', async () => {
    const manager = newManager('me')
    counting(manager, { enableWarmup: true })
    start(manager)
    await vi.waitFor(() => expect(watching()).toBe(1))
    await ends.pop()?.()
    expect(watching()).toBe(0)
  })

  it('warms up when it is added to a running replica', async () => {
    const manager = newManager('me')
    start(manager)
    await clock.advance(0)
    counting(manager, { enableWarmup: true })
    await vi.waitFor(() => expect(watching()).toBe(1))
  })
})

describe('a runnable of the leader', () => {
  it('may prepare on every replica; its failure stops the manager', async () => {
    const steps: string[] = []
    const manager = newManager('me')
    manager.add({
      ...runnable(async (signal) => {
        steps.push('starts')
        await aborted(signal)
      }),
      warmUp: async () => void steps.push('warms up'),
    })
    start(manager)
    await clock.advance(0)
    expect(steps).toEqual(['warms up'])
    await succeed()
    expect(steps).toEqual(['warms up', 'starts'])

    const failing = newManager('other')
    failing.add({
      ...runnable(() => Promise.resolve()),
      warmUp: () => Promise.reject(new Error('cold')),
    })
    await expect(start(failing).running).rejects.toThrow('cold')
  })
})
