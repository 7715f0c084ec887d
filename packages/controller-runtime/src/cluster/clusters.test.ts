import { ConfigMap } from '@fairlead/kube-core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import type { Client } from '../client/client.ts'
import { ControllerBuilder } from '../controller/controller-builder.ts'
import { ChannelSource } from '../controller/channel-source.ts'
import { kindSource } from '../controller/kind-source.ts'
import { forObject } from '../controller/event-handler.ts'
import type { Request } from '../controller/reconcile.ts'
import { Manager, type ManagerOptions } from '../manager/manager.ts'
import { probeResponse } from '../probes/probe-response.ts'
import { FakeReader } from '../testing/fake-reader.ts'
import { ClusterNotFoundError } from './clusters.ts'

let clock: FakeClock
let hub: FakeReader
let manager: Manager
let stop: AbortController
let running: Promise<void>

beforeEach(() => {
  clock = new FakeClock()
  hub = newServer('a')
  manager = newManager()
  stop = new AbortController()
  running = Promise.resolve()
})

afterEach(async () => {
  stop.abort()
  await running.catch(() => {})
  expect(clock.pendingTimers).toBe(0)
})

function newManager(options: Partial<ManagerOptions> = {}): Manager {
  return new Manager({ ...over(hub), clock, random: () => 0, logger: silentLogger, ...options })
}

function newServer(...names: readonly string[]): FakeReader {
  const reader = new FakeReader()
  reader.seed(ConfigMap, ...names.map(configMap))
  return reader
}

function over(reader: FakeReader): { readonly client: Client } {
  return { client: reader as unknown as Client }
}

function configMap(name: string): ConfigMap {
  const metadata = { namespace: 'ns', name, uid: name, resourceVersion: '1' }
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata }
}

async function start(): Promise<void> {
  running = manager.start(stop.signal)
  running.catch(() => {})
  await clock.advance(0)
}

const seen: Request[] = []
const reconcile = async (request: Request) => void seen.push(request)
const inAll = () => true

beforeEach(() => void seen.splice(0))

const watching = (reader: FakeReader) => reader.openWatches.get('configmaps') ?? 0

const ready = () => probeResponse('/readyz', new URLSearchParams(), manager.healthChecks).status

describe('a controller in several clusters', () => {
  it('gets requests that name their cluster, and equal names apart', async () => {
    const west = newServer('a', 'b')
    new ControllerBuilder(manager).for(ConfigMap, { cluster: inAll }).build(reconcile)
    manager.addCluster('west', over(west))
    await start()
    await vi.waitFor(() => expect(seen).toHaveLength(3))
    expect(seen).toEqual([
      { namespace: 'ns', name: 'a' },
      { cluster: 'west', namespace: 'ns', name: 'a' },
      { cluster: 'west', namespace: 'ns', name: 'b' },
    ])
    expect(manager.getCluster('west').cache.get(ConfigMap, { namespace: 'ns', name: 'b' })).toEqual(
      configMap('b'),
    )
    expect(manager.getCluster(undefined)).toBe(manager.cluster)
  })

  it('can be in one of them alone', async () => {
    const west = newServer('w')
    const east = newServer('e')
    new ControllerBuilder(manager).for(ConfigMap, { cluster: 'west' }).build(reconcile)
    manager.addCluster('west', over(west))
    manager.addCluster('east', over(east))
    await start()
    await vi.waitFor(() => expect(seen.map(({ name }) => name)).toEqual(['w']))
    expect([watching(hub), watching(east)]).toEqual([0, 0])
  })

  // multicluster-runtime pkg/controller/controller.go: Engage
  it('begins to watch in a cluster that is added while it runs, and stops when it is removed', async () => {
    new ControllerBuilder(manager)
      .for(ConfigMap, { cluster: (name) => name !== '' })
      .build(reconcile)
    await start()
    expect(watching(hub)).toBe(0)

    const west = newServer('w')
    manager.addCluster('west', over(west))
    await vi.waitFor(() => expect(seen).toHaveLength(1))
    west.push(ConfigMap, { type: 'ADDED', object: configMap('x') })
    await vi.waitFor(() => expect(seen.map(({ name }) => name)).toEqual(['w', 'x']))

    await manager.removeCluster('west')
    expect(watching(west)).toBe(0)
    expect(() => manager.getCluster('west')).toThrow(ClusterNotFoundError)

    manager.addCluster('west', over(newServer('again')))
    await vi.waitFor(() => expect(seen.at(-1)?.name).toBe('again'))
  })

  it('knows its own writes in another', async () => {
    const version = (resourceVersion: string, phase: string) => {
      const object = configMap('a')
      const metadata = { ...object.metadata, resourceVersion }
      return { ...object, metadata, status: { phase } } as ConfigMap
    }
    const west = newServer('a')
    const update = () => {
      west.push(ConfigMap, { type: 'MODIFIED', object: version('2', 'done') })
      return Promise.resolve(version('2', 'done'))
    }
    const client = {
      list: west.list.bind(west),
      watch: west.watch.bind(west),
      status: { update },
    }
    manager.addCluster('west', { client: client as unknown as Client })
    const { promise: written, resolve } = Promise.withResolvers<void>()
    new ControllerBuilder(manager)
      .for(ConfigMap, { cluster: inAll })
      .withOptions({ maxConcurrentReconciles: 2 })
      .build(async (request) => {
        seen.push(request)
        if (request.cluster === undefined) return written
        await manager.getCluster('west').client.status.update(ConfigMap, version('1', 'done'))
        resolve()
      })
    await start()
    await vi.waitFor(() =>
      expect(
        manager.getCluster('west').cache.get(ConfigMap, { namespace: 'ns', name: 'a' }),
      ).toEqual(version('2', 'done')),
    )
    await clock.advance(1000)
    expect(seen).toHaveLength(2)

    west.push(ConfigMap, { type: 'MODIFIED', object: version('3', 'changed by another') })
    await vi.waitFor(() => expect(seen).toHaveLength(3))
    expect(seen[2]?.cluster).toBe('west')
  })

  it('drops requests for a cluster that is gone, also when only the reconcile notices', async () => {
    const source = new ChannelSource('requests')
    const calls: Request[] = []
    new ControllerBuilder(manager)
      .named('x')
      .watchesRaw(source)
      .build(async (request) => {
        calls.push(request)
        manager.getCluster('west')
      })
    await start()
    source.send({ cluster: 'west', name: 'a' })
    source.send({ name: 'b' })
    await clock.advance(60_000)
    expect(calls).toEqual([{ name: 'b' }])
    const metrics = await manager.metrics.registry.metrics()
    expect(metrics).toContain('controller_runtime_reconcile_errors_total{controller="x"} 0')
  })

  it('can enqueue the names of its own cluster for events of another', async () => {
    const west = newServer('w')
    manager.addCluster('west', over(west))
    new ControllerBuilder(manager)
      .named('x')
      .watches(
        ConfigMap,
        ({ metadata }) => [
          { cluster: '', name: `${metadata.name}-here` },
          { name: `${metadata.name}-there` },
        ],
        { cluster: 'west' },
      )
      .build(reconcile)
    await start()
    await vi.waitFor(() => expect(seen).toHaveLength(2))
    expect(seen).toEqual([{ name: 'w-here' }, { cluster: 'west', name: 'w-there' }])
  })

  // controller-runtime pkg/source/source.go: Kind, whose cache may be another cluster's
  it('can watch through the cache of another, with requests as the handler makes them', async () => {
    const west = manager.addCluster('west', over(newServer('w')))
    const source = kindSource(ConfigMap, forObject(), [], { cache: west.cache })
    new ControllerBuilder(manager).named('x').watchesRaw(source).build(reconcile)
    await start()
    await vi.waitFor(() => expect(seen).toEqual([{ namespace: 'ns', name: 'w' }]))
    const both = { cache: west.cache, cluster: 'west' }
    expect(() => kindSource(ConfigMap, forObject(), [], both)).toThrow('not both')
  })
})

describe('a manager of several clusters', () => {
  // controller-runtime pkg/manager/manager_test.go: "should start additional clusters before anything else"
  it('waits for the cache of each that is required', async () => {
    const west = newServer()
    west.stuck.add('configmaps')
    manager.addCluster('west', over(west)).cache.informerFor(ConfigMap)
    new ControllerBuilder(manager).for(ConfigMap).build(reconcile)
    await start()
    expect([ready(), seen.length]).toEqual([500, 0])
    await clock.advance(120_000)
    await expect(running).rejects.toThrow('not synced: west: configmaps.v1')
    expect(watching(west)).toBe(0)
  })

  it('waits for no other, neither to start nor to be ready', async () => {
    const west = newServer()
    west.stuck.add('configmaps')
    manager.addCluster('west', { ...over(west), required: false })
    new ControllerBuilder(manager).for(ConfigMap, { cluster: inAll }).build(reconcile)
    await start()
    await vi.waitFor(() => expect(seen).toHaveLength(1))
    await clock.advance(130_000)
    expect(ready()).toBe(200)
  })

  it('is not stopped by a cluster that is removed before it has synced', async () => {
    const west = newServer()
    west.stuck.add('configmaps')
    manager.addCluster('west', over(west)).cache.informerFor(ConfigMap)
    new ControllerBuilder(manager).for(ConfigMap, { cluster: inAll }).build(reconcile)
    await start()
    await manager.removeCluster('west')
    await vi.waitFor(() => expect(seen).toHaveLength(1))
    await clock.advance(130_000)
    expect(ready()).toBe(200)
  })

  it('tells their metrics apart', async () => {
    manager.cache.informerFor(ConfigMap)
    manager.addCluster('west', over(newServer())).cache.informerFor(ConfigMap)
    await start()
    const metrics = await manager.metrics.registry.metrics()
    expect(metrics).toContain('informer_synced{name="configmaps"} 1')
    expect(metrics).toContain('informer_synced{name="west/configmaps"} 1')
  })

  it('refuses two of one name, the name of its own, and any once it stops', async () => {
    manager.addCluster('west', over(newServer()))
    expect(() => manager.addCluster('west', over(newServer()))).toThrow('west already exists')
    expect(() => manager.addCluster('', over(newServer()))).toThrow("the manager's own")
    await manager.removeCluster('unknown')
    await start()
    stop.abort()
    await running
    expect(() => manager.addCluster('east', over(newServer()))).toThrow('stopping')
  })
})
