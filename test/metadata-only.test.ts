import { type ApiServer, startApiServer } from '@fairlead/apiserver'
import { silentLogger } from '@fairlead/base'
import {
  type Client,
  ControllerBuilder,
  createClient,
  loadKubeConfig,
  Manager,
  metadataOnly,
  setControllerReference,
} from '@fairlead/controller-runtime'
import { ConfigMap, isNotFound, Secret } from '@fairlead/kube-core'
import { afterEach, beforeEach, describe, expect, expectTypeOf, it } from 'vitest'
import { waitFor } from './support/wait-for.ts'

const SecretMetadata = metadataOnly(Secret)
const namespace = 'default'
const key = { namespace, name: 'a' }

let server: ApiServer
let client: Client & { close(): Promise<void> }

beforeEach(async () => {
  server = await startApiServer()
  client = createClient(loadKubeConfig({ text: server.kubeconfig() }))
})

afterEach(async () => {
  await client.close()
  await server.stop()
})

const secret = (name: string, labels: Record<string, string> = {}) => ({
  apiVersion: 'v1' as const,
  kind: 'Secret' as const,
  metadata: { namespace, name, labels },
  data: { password: 'c2VjcmV0' },
})

// controller-runtime pkg/client/client_test.go: "… with metadata objects"
describe('a client that reads metadata only', () => {
  it('gets, lists and watches objects without the rest, of the kind that they are', async () => {
    await client.create(Secret, secret('a'))
    const got = await client.get(SecretMetadata, key)
    expect(Object.keys(got).toSorted()).toEqual(['apiVersion', 'kind', 'metadata'])
    expect(got).toMatchObject({ apiVersion: 'v1', kind: 'Secret', metadata: key })
    const list = await client.list(SecretMetadata, { namespace })
    expect(list).toMatchObject({ apiVersion: 'v1', kind: 'SecretList' })
    expect(list.items).toEqual([got])
    const stop = new AbortController()
    for await (const event of client.watch(SecretMetadata, { namespace, signal: stop.signal })) {
      expect(event).toEqual({ type: 'ADDED', object: got })
      break
    }
  })

  it('patches, applies and deletes, and does not create or update what it has not read', async () => {
    await client.create(Secret, secret('a'))
    const patch = { type: 'merge', body: { metadata: { labels: { x: 'y' } } } } as const
    const patched = await client.patch(SecretMetadata, key, patch)
    expect(patched.metadata.labels).toEqual({ x: 'y' })
    expect(Object.keys(patched)).not.toContain('data')
    const applied = await client.apply(
      SecretMetadata,
      { apiVersion: 'v1', kind: 'Secret', metadata: { ...key, annotations: { a: 'b' } } },
      { fieldManager: 'test' },
    )
    expect(applied.metadata.annotations).toEqual({ a: 'b' })
    await expect(client.create(SecretMetadata, secret('b'))).rejects.toThrow(
      'cannot create Secret using only metadata',
    )
    await expect(client.update(SecretMetadata, patched)).rejects.toThrow(
      'cannot update Secret using only metadata: patch it',
    )
    expect((await client.get(Secret, key)).data).toEqual({ password: 'c2VjcmV0' })
    await client.delete(SecretMetadata, key)
    await expect(client.get(SecretMetadata, key)).rejects.toSatisfy(isNotFound)
  })

  it('has objects whose other fields do not compile', () => {
    const read = () => client.get(SecretMetadata, key)
    expectTypeOf(read).returns.resolves.not.toHaveProperty('data')
    expectTypeOf(read).returns.resolves.toHaveProperty('metadata')
    expectTypeOf<Secret>().toExtend<Awaited<ReturnType<typeof read>>>()
  })
})

// controller-runtime pkg/cache/cache_test.go: "with metadata-only objects";
// pkg/builder/controller_test.go: "should support multiple controllers watching the same metadata kind"
describe('a controller that owns a kind by its metadata', () => {
  it('hears of every change, and reads its own writes of whole objects', async () => {
    const manager = new Manager({ client, logger: silentLogger })
    const reconciled: string[] = []
    const controller = new ControllerBuilder(manager)
      .for(ConfigMap)
      .owns(SecretMetadata)
      .build(async ({ name }) => {
        const owner = manager.cache.get(ConfigMap, { namespace, name })
        if (owner === undefined) return
        const owned = manager.cache.get(SecretMetadata, { namespace, name })
        reconciled.push(
          `${name}: ${owned === undefined ? 'no Secret' : owned.metadata.labels?.['n']}`,
        )
        if (owned !== undefined) return
        await manager.client.create(
          Secret,
          setControllerReference(secret(name, { n: '1' }), ConfigMap, owner),
        )
        expect(manager.cache.get(SecretMetadata, { namespace, name })).toMatchObject({
          metadata: { labels: { n: '1' } },
        })
      })
    expect(controller.name).toBe('configmap')
    const stop = new AbortController()
    const running = manager.start(stop.signal)
    await client.create(ConfigMap, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { namespace, name: 'owner' },
    })
    await waitFor('its reconcile', () => reconciled.includes('owner: 1'))
    const [kept] = manager.cache.list(SecretMetadata)
    expect(Object.keys(kept ?? {}).toSorted()).toEqual(['apiVersion', 'kind', 'metadata'])
    expect(kept?.metadata).not.toHaveProperty('managedFields')
    const patch = { type: 'merge', body: { metadata: { labels: { n: '2' } } } } as const
    await client.patch(Secret, { namespace, name: 'owner' }, patch)
    await waitFor('its reconcile', () => reconciled.includes('owner: 2'))
    await manager.client.delete(Secret, { namespace, name: 'owner' })
    expect(manager.cache.get(SecretMetadata, { namespace, name: 'owner' })).toBeUndefined()
    await waitFor(
      'its reconcile',
      () => reconciled.filter((one) => one === 'owner: no Secret').length === 2,
    )
    stop.abort()
    await running
  })
})
