import { TestEnvironment } from '@fairlead/apiserver/testing'
import {
  ControllerBuilder,
  createClient,
  loadKubeConfig,
  Manager,
  type Client,
  type CreateOf,
  type Reconcile,
} from '@fairlead/controller-runtime'
import { RecordingLogger } from '@fairlead/controller-runtime/testing'
import { type KubernetesObject, type ResourceType } from '@fairlead/kube-core'
import { ConfigMap } from '@fairlead/kube-types'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { waitFor } from './support/wait-for.ts'

interface Deployment extends KubernetesObject {
  spec?: { replicas?: number; selector: object; template: object }
  status?: { collisionCount?: number; observedGeneration?: number }
}

const Deployment: ResourceType<Deployment> = {
  group: 'apps',
  version: 'v1',
  kind: 'Deployment',
  plural: 'deployments',
  namespaced: true,
}

const key = { namespace: 'default', name: 'a' }
const labels = { app: 'a' }
const deployment: Deployment = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: key,
  spec: {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: 'c', image: 'registry.example/c' }] },
    },
  },
}

let environment: TestEnvironment
let other: Client & { close(): Promise<void> }
let manager: Manager
let logger: RecordingLogger
let stop: AbortController
let running: Promise<void>

beforeEach(async () => {
  environment = await TestEnvironment.start()
  const config = () => loadKubeConfig({ text: environment.kubeconfig() })
  other = createClient(config())
  logger = new RecordingLogger()
  manager = new Manager({ config: config(), logger })
  stop = new AbortController()
})

afterEach(async () => {
  stop.abort()
  await running
  await other.close()
  await environment.stop()
})

function start(reconcile: Reconcile, options = {}, name = 'test'): { readonly calls: number } {
  const counted = { calls: 0 }
  new ControllerBuilder(manager)
    .for(Deployment)
    .named(name)
    .withOptions(options)
    .build((request, context) => {
      counted.calls += 1
      return reconcile(request, context)
    })
  return counted
}

function run(): void {
  running = manager.start(stop.signal)
}

/** Waits until the cache has what the server has, and whatever that causes has been called. */
async function settled(): Promise<void> {
  const marker: CreateOf<ConfigMap> = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'default', generateName: 'marker-' },
  }
  await waitFor('the cache', async () => {
    await other.create(ConfigMap, marker)
    const stored = await other.get(Deployment, key)
    const cached = manager.cache.get(Deployment, key)
    return cached?.metadata.resourceVersion === stored.metadata.resourceVersion
  })
  for (let turn = 0; turn < 10; turn += 1) await other.create(ConfigMap, marker)
}

/** Each way to write a status that differs each time. */
const writers: Record<string, (count: number) => Promise<unknown>> = {
  async update(count) {
    const read = manager.cache.get(Deployment, key) ?? deployment
    const status = { ...read.status, collisionCount: count }
    await manager.client.status.update(Deployment, { ...read, status })
  },
  patch: (count) =>
    manager.client.status.patch(Deployment, key, {
      type: 'merge',
      body: { status: { collisionCount: count } },
    }),
  apply: (count) =>
    manager.client.status.apply(
      Deployment,
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: key,
        status: { collisionCount: count },
      },
      { fieldManager: 'test', force: true },
    ),
}

describe('a status that a reconcile writes', () => {
  it.each(Object.keys(writers))('by %s does not call it again', async (verb) => {
    await other.create(Deployment, deployment)
    let count = 0
    const counted = start(async () => void (await writers[verb]?.((count += 1))))
    run()
    await waitFor('the first call', () => counted.calls > 0)
    await settled()
    expect(counted.calls).toBe(1)
    // Others' changes do, of the spec and of the status.
    await other.patch(Deployment, key, { type: 'merge', body: { spec: { replicas: 2 } } })
    await waitFor('the second call', () => counted.calls > 1)
    await settled()
    expect(counted.calls).toBe(2)
    const body = { status: { observedGeneration: 1 } }
    await other.status.patch(Deployment, key, { type: 'merge', body })
    await waitFor('the third call', () => counted.calls > 2)
    await settled()
    expect(counted.calls).toBe(3)
  })

  it('calls other controllers', async () => {
    await other.create(Deployment, deployment)
    let count = 0
    const writing = start(async () => void (await writers['patch']?.((count += 1))))
    const reading = start(async () => {}, {}, 'reading')
    run()
    await waitFor('all calls', () => reading.calls >= 2)
    await settled()
    expect(writing.calls).toBe(1)
  })

  it('calls it again if that is wanted, and the loop is told with its cause', async () => {
    await other.create(Deployment, deployment)
    let count = 0
    start(
      async () => {
        if (count < 150) await writers['patch']?.((count += 1))
      },
      { reconcileOwnStatusWrites: true },
    )
    run()
    const told = await waitFor('the warning', () =>
      logger.lines.find(({ message }) => message.includes('tight loop')),
    )
    expect(told.fields).toMatchObject({ controller: 'test', object: 'default/a', calls: 100 })
    expect((told.fields['causes'] as string[])[0]).toMatch(
      /^\d+ × update Deployment default\/a: changed status\.collisionCount by \S+$/,
    )
  })

  it('with a no-op of its own does not hide what another wrote', async () => {
    await other.create(Deployment, deployment)
    let calls = 0
    const counted = start(async () => {
      calls += 1
      if (calls > 1) return
      // Another writes exactly what is written next, and something else.
      const body = { status: { collisionCount: 5, observedGeneration: 1 } }
      await other.status.patch(Deployment, key, { type: 'merge', body })
      await writers['patch']?.(5)
    })
    run()
    await waitFor('the second call', () => counted.calls > 1)
  })
})

describe('what a reconcile writes beside its status', () => {
  it('calls it again, as steps that wait for their own events need', async () => {
    await other.create(Deployment, deployment)
    const counted = start(async () => {
      const read = manager.cache.get(Deployment, key)
      if (read?.metadata.finalizers !== undefined) return
      const body = { metadata: { finalizers: ['example.com/x'] } }
      await manager.client.patch(Deployment, key, { type: 'merge', body })
    })
    run()
    await waitFor('the second call', () => counted.calls > 1)
    await settled()
    expect(counted.calls).toBe(2)
    await other.patch(Deployment, key, { type: 'merge', body: { metadata: { finalizers: null } } })
  })
})

describe('the cache of a manager', () => {
  it('has not what its client has deleted, and what remains of it', async () => {
    manager.cache.informerFor(ConfigMap)
    run()
    const object = (name: string, finalizers: string[]): ConfigMap => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace: 'default', name, finalizers },
    })
    await manager.cache.waitForSync(stop.signal)
    for (let round = 0; round < 50; round += 1) {
      const name = `round-${round}`
      await manager.client.create(ConfigMap, object(name, []))
      await manager.client.delete(ConfigMap, { namespace: 'default', name })
      expect(manager.cache.get(ConfigMap, { namespace: 'default', name })).toBeUndefined()
    }
    const kept = { namespace: 'default', name: 'kept' }
    await manager.client.create(ConfigMap, object('kept', ['example.com/x']))
    await manager.client.delete(ConfigMap, kept)
    expect(manager.cache.get(ConfigMap, kept)?.metadata.deletionTimestamp).toBeDefined()
  })

  it('holds no managed fields, and an update without them loses none', async () => {
    manager.cache.informerFor(Deployment)
    run()
    await manager.cache.waitForSync(stop.signal)
    await manager.client.create(Deployment, deployment)
    const read = manager.cache.get(Deployment, key)
    expect(read?.metadata.managedFields).toBeUndefined()
    const managers = async () =>
      (await other.get(Deployment, key)).metadata.managedFields?.map(({ manager: name }) => name)
    const before = await managers()
    expect(before).toHaveLength(1)
    await other.update(Deployment, { ...deployment, ...read })
    expect(await managers()).toEqual(before)
  })
})

describe('a deletion that waits for finalizers', () => {
  it('is over in the cache with the write that removes the last one', async () => {
    const finalizers = ['example.com/first', 'example.com/last']
    const seen: (string | undefined)[] = []
    const reads = () => manager.cache.get(ConfigMap, key)
    new ControllerBuilder(manager).for(ConfigMap).build(async () => {})
    running = manager.start(stop.signal)
    await manager.cache.waitForSync(stop.signal)
    const { client } = manager
    const metadata = { ...key, finalizers }
    await client.create(ConfigMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata })
    await client.delete(ConfigMap, key)
    for (const left of [['example.com/last'], []]) {
      await client.patch(ConfigMap, key, {
        type: 'merge',
        body: { metadata: { finalizers: left } },
      })
      seen.push(reads()?.metadata.finalizers?.join())
    }
    expect(seen).toEqual(['example.com/last', undefined])
    expect(reads()).toBeUndefined()
  })
})
