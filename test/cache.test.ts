import { TestEnvironment } from '@fairlead/apiserver/testing'
import { silentLogger } from '@fairlead/base'
import {
  allNamespaces,
  type CacheSettings,
  type Client,
  createClient,
  InformerCache,
  kindSettings,
  loadKubeConfig,
} from '@fairlead/controller-runtime'
import { FakeClock } from '@fairlead/base/testing'
import { ConfigMap, Namespace } from '@fairlead/kube-core'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { waitFor } from './support/wait-for.ts'

let environment: TestEnvironment
let client: Client & { close(): Promise<void> }

beforeAll(async () => {
  environment = await TestEnvironment.start()
  client = createClient(loadKubeConfig({ text: environment.server.kubeconfig() }))
  for (const name of ['one', 'two', 'three']) {
    await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    await make(name, 'a', { colour: 'red' })
    await make(name, 'b', { colour: 'blue' })
  }
})

afterAll(async () => {
  await client.close()
  await environment.stop()
})

function make(namespace: string, name: string, labels: Record<string, string> = {}) {
  const metadata = { namespace, name, labels }
  return client.create(ConfigMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata })
}

function newCache(settings: CacheSettings = {}) {
  const random = () => 0.5
  const clock = new FakeClock()
  const cache = new InformerCache({ client, clock, random, logger: silentLogger, ...settings })
  const stop = new AbortController()
  const start = async () => {
    const running = cache.start(stop.signal)
    onTestFinished(async () => {
      stop.abort()
      await running
    })
    await cache.waitForSync(AbortSignal.timeout(5000))
  }
  return { cache, clock, start }
}

type Named = { readonly metadata: { readonly namespace?: string; readonly name?: string } }
const named = (objects: readonly Named[]) =>
  objects
    .filter(({ metadata }) => ['a', 'b', 'late'].includes(metadata.name ?? ''))
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}`)
    .toSorted()

// controller-runtime pkg/cache/cache_test.go
describe('a cache', () => {
  // "should return an error when the cache is not started"
  it('does not answer before it is started', async () => {
    const { cache, start } = newCache()
    cache.informerFor(ConfigMap)
    expect(() => cache.list(ConfigMap)).toThrow('the cache is not started, can not read objects')
    expect(() => cache.get(ConfigMap, { namespace: 'one', name: 'a' })).toThrow('not started')
    await start()
    expect(cache.get(ConfigMap, { namespace: 'one', name: 'a' })).toBeDefined()
  })

  // "should be able to restrict cache to a namespace"
  it('keeps one namespace', async () => {
    const { cache, start } = newCache({ defaultNamespaces: ['one'] })
    cache.informerFor(ConfigMap)
    cache.informerFor(Namespace)
    await start()
    expect(named(cache.list(ConfigMap))).toEqual(['one/a', 'one/b'])
    // "should be able to watch … cluster scoped": namespaces do not restrict those
    expect(cache.get(Namespace, { name: 'three' })).toBeDefined()
  })

  // "multi namespaced cache"
  it('keeps several namespaces behind one reader', async () => {
    const { cache, start } = newCache({ defaultNamespaces: ['one', 'two'] })
    const heard: string[] = []
    cache.informerFor(ConfigMap).onEvent({ added: (object) => heard.push(...named([object])) })
    cache.addIndex(ConfigMap, 'metadata.name', ({ metadata }) => [metadata.name ?? ''])
    await start()
    expect(named(cache.list(ConfigMap))).toEqual(['one/a', 'one/b', 'two/a', 'two/b'])
    expect(heard.toSorted()).toEqual(['one/a', 'one/b', 'two/a', 'two/b'])
    expect(named(cache.list(ConfigMap, { namespace: 'two' }))).toEqual(['two/a', 'two/b'])
    const byName = { fieldSelector: 'metadata.name=a' }
    expect(named(cache.list(ConfigMap, byName))).toEqual(['one/a', 'two/a'])
    expect(named(cache.list(ConfigMap, { ...byName, namespace: 'one' }))).toEqual(['one/a'])
    expect(cache.list(ConfigMap, { limit: 3 })).toHaveLength(3)
    // "should return an error when getting/listing an unknown namespace"
    const missing =
      'configmaps of the namespace "three" are not in the cache, which has those of one, two'
    expect(() => cache.get(ConfigMap, { namespace: 'three', name: 'a' })).toThrow(missing)
    expect(() => cache.list(ConfigMap, { namespace: 'three' })).toThrow(missing)
    expect(() => cache.list(ConfigMap, { ...byName, namespace: 'three' })).toThrow(missing)

    const late = await make('two', 'late')
    cache.remember(ConfigMap, late)
    expect(cache.get(ConfigMap, { namespace: 'two', name: 'late' })).toBeDefined()
    cache.remember(ConfigMap, await make('three', 'late'))
    await waitFor('the event', () => heard.includes('two/late'))
    await client.delete(ConfigMap, { namespace: 'two', name: 'late' })
    await client.delete(ConfigMap, { namespace: 'three', name: 'late' })
    await waitFor(
      'the deletion',
      () => named(cache.list(ConfigMap, { namespace: 'two' })).length === 2,
    )
    expect(heard).not.toContain('three/late')
  })

  // "should be able to restrict cache to … AllNamespaces"
  it('keeps all namespaces, some with other selectors', async () => {
    const namespaces = { one: { labelSelector: 'colour=red' }, [allNamespaces]: {} }
    const { cache, start } = newCache({ byObject: [kindSettings(ConfigMap, { namespaces })] })
    cache.informerFor(ConfigMap)
    await start()
    expect(named(cache.list(ConfigMap))).toEqual(['one/a', 'three/a', 'three/b', 'two/a', 'two/b'])
    expect(named(cache.list(ConfigMap, { namespace: 'one' }))).toEqual(['one/a'])
    expect(named(cache.list(ConfigMap, { namespace: 'two' }))).toEqual(['two/a', 'two/b'])
  })

  // "should be able to apply a transform" (by object and default)
  it('transforms what it keeps, by kind and by default', async () => {
    const { cache, start } = newCache({
      transform: (object) => ({ ...object, metadata: { ...object.metadata, labels: { x: '1' } } }),
      byObject: [
        kindSettings(ConfigMap, { transform: (one) => ({ ...one, data: { kept: 'no' } }) }),
      ],
    })
    cache.informerFor(ConfigMap)
    cache.informerFor(Namespace)
    await start()
    expect(cache.get(ConfigMap, { namespace: 'one', name: 'a' })).toMatchObject({
      metadata: { labels: { colour: 'red' } },
      data: { kept: 'no' },
    })
    expect(cache.get(Namespace, { name: 'one' })?.metadata.labels).toEqual({ x: '1' })
  })

  // "should be able to index an object field then retrieve objects by that field",
  // "should be able to get an object by multiple field selectors", "non-exact field matches"
  it('lists by fields that are indexed, and by no others', async () => {
    const { cache, start } = newCache()
    cache.informerFor(ConfigMap)
    cache.addIndex(ConfigMap, 'metadata.name', ({ metadata }) => [metadata.name ?? ''])
    cache.addIndex(ConfigMap, 'colour', ({ metadata }) => [metadata.labels?.['colour'] ?? ''])
    await start()
    const list = (fieldSelector: string) => named(cache.list(ConfigMap, { fieldSelector }))
    expect(list('metadata.name=a')).toEqual(['one/a', 'three/a', 'two/a'])
    expect(list('metadata.name=a,colour=red')).toEqual(['one/a', 'three/a', 'two/a'])
    expect(list('metadata.name==a,colour=blue')).toEqual([])
    expect(() => list('metadata.name!=a')).toThrow(
      'non-exact field matches are not supported by the cache',
    )
    expect(() => list('spec.nodeName=a')).toThrow('Index with name spec.nodeName does not exist')
  })

  it('reports every object again once in ten hours, unless it is told otherwise', async () => {
    const { cache, clock, start } = newCache({
      byObject: [kindSettings(Namespace, { syncPeriodMs: Infinity })],
    })
    let resyncs = 0
    let others = 0
    cache.informerFor(ConfigMap, { namespace: 'one', labelSelector: 'colour=red' }).onEvent({
      updated: (before, after) => {
        if (before === after) resyncs += 1
      },
    })
    cache.informerFor(Namespace).onEvent({ updated: () => (others += 1) })
    await start()
    await clock.advance(10 * 3600 * 1000 - 1)
    expect(resyncs).toBe(0)
    await clock.advance(1)
    expect(resyncs).toBe(1)
    expect(others).toBe(0)
  })

  it('says when it is told the same kind twice, or two scopes for it', () => {
    const twice = [kindSettings(ConfigMap, {}), kindSettings(ConfigMap, {})]
    expect(() => newCache({ byObject: twice })).toThrow('configmaps.v1 has settings twice')
    const { cache } = newCache({ defaultNamespaces: ['one'] })
    cache.informerFor(ConfigMap)
    expect(cache.informerFor(ConfigMap, { namespace: 'one' })).toBe(cache.informerFor(ConfigMap))
    expect(() => cache.informerFor(ConfigMap, { namespaces: ['two'] })).toThrow('another scope')
    expect(() => cache.informerFor(Namespace, { namespace: 'one' })).toThrow(
      'namespaces are in no namespace',
    )
  })

  it('tells of the failures of watches', async () => {
    using _ = environment.faults.inject({
      resource: 'configmaps',
      times: 1,
      fault: { type: 'status', code: 403 },
    })
    const failures: string[] = []
    const { cache, clock, start } = newCache({
      onWatchError: ({ message }, { kind }) => {
        failures.push(`${kind}: ${message}`)
        throw new Error('a fault of the handler itself')
      },
    })
    cache.informerFor(ConfigMap)
    const starting = start()
    await waitFor('the failure', () => failures.length > 0)
    await clock.advance(2000)
    await starting
    expect(failures).toEqual(['ConfigMap: a fault that the test asked for'])
  })

  it.each([true, false])('reads lists as streams, or in pages: %s', async (watchList) => {
    const { cache, start } = newCache({ watchList })
    const heard: string[] = []
    cache.informerFor(ConfigMap).onEvent({
      added: (object, { initial }) =>
        heard.push(...named([object]).map((one) => `${one} ${initial}`)),
    })
    const streams = environment.faults.inject({
      verbs: [watchList ? 'list' : 'create'],
      resource: 'configmaps',
      fault: { type: 'status', code: 403 },
    })
    await start()
    streams.remove()
    expect(streams.hits).toBe(0)
    expect(named(cache.list(ConfigMap))).toHaveLength(6)
    await make('one', 'late')
    await waitFor('the event', () => heard.length === 7)
    expect(heard.at(-1)).toBe('one/late false')
    await client.delete(ConfigMap, { namespace: 'one', name: 'late' })
  })
})
