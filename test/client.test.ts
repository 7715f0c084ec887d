import { type Client, keyOf } from '@fairlead/controller-runtime'
import {
  isAlreadyExists,
  isInvalid,
  isNotFound,
  type KubernetesObject,
  untyped,
} from '@fairlead/kube-core'
import { ConfigMap, Deployment, Namespace, Node, Secret } from '@fairlead/kube-types'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { deploymentNamed, startServerAndClient } from './support/client-suite.ts'

// controller-runtime pkg/client/client_test.go, on the server in the process. Go's cases for structs,
// unstructured objects and metadata are one here: objects are JSON, with or without a type.

let client: Client
let stop: () => Promise<void>
let round = 0
let key: { namespace: string; name: string }

beforeAll(async () => {
  ;({ client, stop } = await startServerAndClient())
})

afterAll(() => stop())

beforeEach(() => {
  round += 1
  key = { namespace: 'default', name: `object-${round}` }
})

const deployment = () => deploymentNamed(key.name)
const node = (): Node => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: key.name },
  spec: {},
})
const annotations = { foo: 'bar' }

describe('create', () => {
  // "should create a new object from a go struct", "should create a new object non-namespace object"
  it('stores an object, in a namespace or in none', async () => {
    const created = await client.create(Deployment, deployment())
    expect(created.metadata.uid).toBeDefined()
    expect(await client.get(Deployment, key)).toEqual(created)
    await client.create(Node, node())
    expect(await client.get(Node, { name: key.name })).toMatchObject({ kind: 'Node' })
  })

  // "should fail if the object already exists"
  it('fails when the object is there', async () => {
    await client.create(Deployment, deployment())
    await expect(client.create(Deployment, deployment())).rejects.toSatisfy(isAlreadyExists)
  })

  // "should fail if the object does not pass server-side validation"
  it('fails when the object is invalid', async () => {
    const invalid = { ...deployment(), spec: undefined }
    await expect(client.create(untyped(Deployment), invalid)).rejects.toSatisfy(isInvalid)
  })

  // "should not create a new object, global option", "… inline option"
  it('stores nothing in a dry run', async () => {
    const answer = await client.create(Deployment, deployment(), { dryRun: true })
    expect(answer.metadata.uid).toBeDefined()
    await expect(client.get(Deployment, key)).rejects.toSatisfy(isNotFound)
  })
})

describe('update', () => {
  // "should update an existing object from a go struct", "should update and preserve type information"
  it('changes an object, and answers with its kind', async () => {
    const created = await client.create(Deployment, deployment())
    const changed = { ...created, metadata: { ...created.metadata, annotations } }
    const updated = await client.update(Deployment, changed)
    expect(updated).toMatchObject({ apiVersion: 'apps/v1', kind: 'Deployment' })
    expect(await client.get(Deployment, key)).toEqual(updated)
    expect(updated.metadata.annotations).toEqual(annotations)
  })

  // "should update an existing object non-namespace object from a go struct"
  it('changes an object without a namespace', async () => {
    const created = await client.create(Node, node())
    await client.update(Node, { ...created, metadata: { ...created.metadata, annotations } })
    const stored = await client.get(Node, { name: key.name })
    expect(stored.metadata.annotations).toEqual(annotations)
  })

  // "should fail if the object does not exist"
  it('fails when the object is not there', async () => {
    await expect(client.update(Deployment, deployment())).rejects.toSatisfy(isNotFound)
  })
})

describe('apply', () => {
  const managed = { fieldManager: 'test-owner' }
  const configMap = (data: Record<string, string>) =>
    ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: key, data }) as const

  // "should create and update a configMap using SSA"
  it('creates an object, and changes what it owns', async () => {
    await client.apply(ConfigMap, configMap({ 'some-key': 'some-value' }), managed)
    expect((await client.get(ConfigMap, key)).data).toEqual({ 'some-key': 'some-value' })
    await client.apply(ConfigMap, configMap({ 'a-new-key': 'a-new-value' }), managed)
    expect((await client.get(ConfigMap, key)).data).toEqual({ 'a-new-key': 'a-new-value' })
  })

  // "should create a secret without SSA and later create update a secret using SSA"
  it('joins an object that was created otherwise', async () => {
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: key } as const
    await client.create(Secret, { ...secret, data: { old: 'b2xk' } })
    await client.apply(Secret, { ...secret, data: { new: 'bmV3' } }, managed)
    expect((await client.get(Secret, key)).data).toEqual({ old: 'b2xk', new: 'bmV3' })
  })

  // "should propagate a typed error"
  it('fails with a StatusError', async () => {
    const invalid = { ...configMap({ 'not a key': 'x' }) }
    await expect(client.apply(ConfigMap, invalid, managed)).rejects.toSatisfy(isInvalid)
  })
})

describe('status', () => {
  // "should update status of an existing object", "should update status and preserve type information"
  it('is updated', async () => {
    const created = await client.create(Deployment, deployment())
    const answer = await client.status.update(Deployment, { ...created, status: { replicas: 1 } })
    expect(answer).toMatchObject({ kind: 'Deployment', status: { replicas: 1 } })
    expect((await client.get(Deployment, key)).status?.replicas).toBe(1)
  })

  // "should patch status and preserve type information", "should apply status"
  it('is patched and applied', async () => {
    await client.create(Deployment, deployment())
    await client.status.patch(Deployment, key, { type: 'merge', body: { status: { replicas: 1 } } })
    expect((await client.get(Deployment, key)).status?.replicas).toBe(1)
    const { apiVersion, kind, metadata } = deployment()
    const applied = { apiVersion, kind, metadata, status: { replicas: 2 } } as const
    await client.status.apply(Deployment, applied, { fieldManager: 'test-owner', force: true })
    expect((await client.get(Deployment, key)).status?.replicas).toBe(2)
  })

  // "should not update spec of an existing object"
  it('is all that changes', async () => {
    const created = await client.create(Deployment, deployment())
    const spec = { ...deployment().spec, replicas: 9 }
    await client.status.update(Deployment, { ...created, spec, status: { replicas: 1 } })
    expect(await client.get(Deployment, key)).toMatchObject({
      spec: { replicas: 2 },
      status: { replicas: 1 },
    })
  })

  // "should update an existing object non-namespace object"
  it('is updated without a namespace', async () => {
    const created = await client.create(Node, node())
    const status = { phase: 'Running' } as const
    await client.status.update(Node, { ...created, status })
    expect((await client.get(Node, { name: key.name })).status).toMatchObject(status)
  })

  // "should fail if the object does not exist"
  it('of nothing is not found', async () => {
    const updating = client.status.update(Deployment, { ...deployment(), status: { replicas: 1 } })
    await expect(updating).rejects.toSatisfy(isNotFound)
  })
})

describe('delete', () => {
  // "should delete an existing object from a go struct", "… non-namespace object"
  it('removes an object, in a namespace or in none', async () => {
    await client.create(Deployment, deployment())
    await client.delete(Deployment, key)
    await expect(client.get(Deployment, key)).rejects.toSatisfy(isNotFound)
    await client.create(Node, node())
    await client.delete(Node, { name: key.name })
    await expect(client.get(Node, { name: key.name })).rejects.toSatisfy(isNotFound)
  })

  // "should fail if the object does not exist"
  it('fails when the object is not there', async () => {
    await expect(client.delete(Deployment, key)).rejects.toSatisfy(isNotFound)
  })

  // "should delete a collection of objects"
  it('removes a collection', async () => {
    const labels = { collection: key.name }
    for (const suffix of ['a', 'b']) {
      const metadata = { ...key, name: `${key.name}-${suffix}`, labels }
      await client.create(Deployment, { ...deployment(), metadata })
    }
    const labelSelector = `collection=${key.name}`
    await client.deleteAllOf(Deployment, { namespace: 'default', labelSelector })
    expect((await client.list(Deployment, { labelSelector })).items).toEqual([])
  })
})

describe('get', () => {
  // "should fail if the object does not exist"
  it('fails when the object is not there', async () => {
    await expect(client.get(Deployment, key)).rejects.toSatisfy(isNotFound)
  })
})

describe('list', () => {
  beforeAll(async () => {
    for (const namespace of ['list-1', 'list-2']) {
      const metadata = { name: namespace }
      await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata })
      for (const app of ['frontend', 'backend']) {
        const labels = { app, suite: 'list' }
        const base = deploymentNamed(app, namespace)
        await client.create(Deployment, { ...base, metadata: { ...base.metadata, labels } })
      }
    }
  })

  const keys = async (options: Parameters<Client['list']>[1]) => {
    const { items } = await client.list<KubernetesObject>(untyped(Deployment), options)
    return items.map((item) => Object.values(keyOf(item)).join('/'))
  }

  // "should fetch collection of objects", "should filter results by label selector", "… by namespace
  // selector", "… by field selector", "… by namespace selector and label selector", "should return an
  // empty list if there are no matching objects"
  it.each([
    [
      { labelSelector: 'suite=list' },
      ['list-1/backend', 'list-1/frontend', 'list-2/backend', 'list-2/frontend'],
    ],
    [{ labelSelector: 'app=frontend,suite=list' }, ['list-1/frontend', 'list-2/frontend']],
    [{ namespace: 'list-1' }, ['list-1/backend', 'list-1/frontend']],
    [{ namespace: 'list-1', fieldSelector: 'metadata.name=backend' }, ['list-1/backend']],
    [{ namespace: 'list-2', labelSelector: 'app in (frontend)' }, ['list-2/frontend']],
    [{ labelSelector: 'app=nothing' }, []],
  ])('of %j has %j', async (options, expected) => {
    expect(await keys(options)).toEqual(expected)
  })

  // "should filter results using limit and continue options"
  it('comes in pages', async () => {
    const seen: string[] = []
    let next: string | undefined
    do {
      const options = { labelSelector: 'suite=list', limit: 3, continue: next }
      const page = await client.list(Deployment, options)
      expect(page.items.length).toBeLessThanOrEqual(3)
      seen.push(...page.items.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`))
      next = page.metadata.continue
    } while (next)
    expect(seen).toEqual(await keys({ labelSelector: 'suite=list' }))
  })
})
