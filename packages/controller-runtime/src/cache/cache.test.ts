import { ConfigMap, Secret } from '@fairlead/kube-core'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { FakeReader } from '../testing/fake-reader.ts'
import { InformerCache } from './cache.ts'
import { KindNotCachedError } from './cache-errors.ts'

let clock: FakeClock
let reader: FakeReader
let cache: InformerCache
let stop: AbortController
let running: Promise<void>

beforeEach(() => {
  clock = new FakeClock()
  reader = new FakeReader()
  reader.seed(
    ConfigMap,
    object('ns', 'a', 'red'),
    object('ns', 'b', 'blue'),
    object('x', 'c', 'red'),
  )
  cache = new InformerCache({
    client: reader,
    clock,
    random: () => 0,
    logger: silentLogger,
  })
  stop = new AbortController()
  running = cache.start(stop.signal)
})

afterEach(async () => {
  stop.abort()
  await running
  expect(clock.pendingTimers).toBe(0)
})

function object(namespace: string, name: string, colour: string): ConfigMap {
  const metadata = { namespace, name, uid: name, resourceVersion: '1', labels: { colour } }
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata }
}

const names = (objects: readonly ConfigMap[]) => objects.map(({ metadata }) => metadata.name)
const watching = () => reader.openWatches.get('configmaps') ?? 0

describe('a cache', () => {
  it('never watches a kind that nobody declared', () => {
    expect(() => cache.get(ConfigMap, { namespace: 'ns', name: 'a' })).toThrow(KindNotCachedError)
    expect(() => cache.list(Secret)).toThrow('secrets is not in the cache')
    expect(reader.lists).toEqual([])
  })

  it('lists by namespace, label and index', async () => {
    cache.informerFor(ConfigMap)
    cache.addIndex(ConfigMap, 'first letter', ({ metadata }) => [metadata.name?.[0] ?? ''])
    await cache.waitForSync(AbortSignal.timeout(5000))
    expect(names(cache.list(ConfigMap))).toEqual(['a', 'b', 'c'])
    expect(names(cache.list(ConfigMap, { namespace: 'ns' }))).toEqual(['a', 'b'])
    expect(names(cache.list(ConfigMap, { labelSelector: 'colour=red' }))).toEqual(['a', 'c'])
    expect(names(cache.list(ConfigMap, { namespace: 'ns', labelSelector: 'colour!=red' }))).toEqual(
      ['b'],
    )
    const index = { name: 'first letter', value: 'c' }
    expect(names(cache.list(ConfigMap, { index }))).toEqual(['c'])
    expect(names(cache.list(ConfigMap, { index, namespace: 'ns' }))).toEqual([])
    expect(cache.get(ConfigMap, { namespace: 'ns', name: 'b' })?.metadata.uid).toBe('b')
    expect(cache.get(ConfigMap, { namespace: 'ns', name: 'c' })).toBeUndefined()
  })

  it('has one informer per kind', () => {
    expect(cache.informerFor(ConfigMap)).toBe(cache.informerFor(ConfigMap))
    expect(() => cache.informerFor(ConfigMap, { namespace: 'ns' })).toThrow('another scope')
  })

  it('stops an informer with its last user', async () => {
    const first = cache.acquire(ConfigMap)
    const second = cache.acquire(ConfigMap)
    await vi.waitFor(() => expect(watching()).toBe(1))
    first.release()
    first.release()
    expect(names(cache.list(ConfigMap))).toHaveLength(3)
    second.release()
    await vi.waitFor(() => expect(watching()).toBe(0))
    expect(() => cache.list(ConfigMap)).toThrow(KindNotCachedError)
    const again = cache.acquire(ConfigMap)
    await again.informer.waitForSync(AbortSignal.timeout(5000))
    expect(names(cache.list(ConfigMap))).toHaveLength(3)
  })

  it('keeps a declared informer when its users are gone', async () => {
    cache.informerFor(ConfigMap)
    cache.acquire(ConfigMap).release()
    await vi.waitFor(() => expect(watching()).toBe(1))
    expect(cache.unsynced()).toEqual([])
  })

  it('says what has not arrived', () => {
    cache.informerFor(ConfigMap)
    expect(cache.unsynced()).toEqual(['configmaps.v1'])
  })

  it('fails when a handler of an informer keeps throwing', async () => {
    const failing = new InformerCache({
      client: reader,
      clock,
      random: () => 0,
      logger: silentLogger,
    })
    failing.informerFor(ConfigMap).onEvent({
      updated: () => {
        throw new Error('broken handler')
      },
    })
    const failed = expect(failing.start(stop.signal)).rejects.toThrow('event handler has thrown')
    await vi.waitFor(() => expect(watching()).toBe(1))
    for (let version = 2; version < 10_010; version += 1) {
      const { metadata } = object('ns', 'a', 'red')
      const changed = { ...metadata, resourceVersion: String(version) }
      reader.push(ConfigMap, {
        type: 'MODIFIED',
        object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: changed },
      })
    }
    await failed
  })
})
