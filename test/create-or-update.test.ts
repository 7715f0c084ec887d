import {
  type Client,
  createOrPatch,
  createOrUpdate,
  type DeepReadonly,
  mergeFrom,
} from '@fairlead/controller-runtime'
import { isConflict } from '@fairlead/kube-core'
import { Deployment } from '@fairlead/kube-types'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { deploymentNamed, startServerAndClient } from './support/client-suite.ts'

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

const scaledTo = (replicas: number) => (existing: DeepReadonly<Deployment> | undefined) => {
  const deployment = existing ?? deploymentNamed(key.name)
  return { ...deployment, spec: { ...deployment.spec, replicas } }
}

// controller-runtime pkg/controller/controllerutil/controllerutil_test.go
describe.each([
  ['createOrUpdate', createOrUpdate],
  ['createOrPatch', createOrPatch],
] as const)('%s', (_, write) => {
  // "creates a new object if one doesn't exists"
  it('creates an object that is not there', async () => {
    const { result, object } = await write(client, Deployment, key, scaledTo(2))
    expect(result).toBe('created')
    expect(await client.get(Deployment, key)).toEqual(object)
    expect(object.spec?.template.spec?.containers[0]).toMatchObject({ name: 'nginx' })
  })

  // "updates existing object", "patches existing object"
  it('changes an object that is there', async () => {
    await write(client, Deployment, key, scaledTo(2))
    const { result, object } = await write(client, Deployment, key, scaledTo(3))
    expect(result).toBe('updated')
    expect(object.spec?.replicas).toBe(3)
    expect((await client.get(Deployment, key)).spec?.replicas).toBe(3)
  })

  // "updates only changed objects", "patches only changed objects"
  it('writes nothing when nothing changes', async () => {
    await write(client, Deployment, key, scaledTo(2))
    const before = await client.get(Deployment, key)
    const { result, object } = await write(client, Deployment, key, scaledTo(2))
    expect(result).toBe('unchanged')
    expect(object).toEqual(before)
    expect(await client.get(Deployment, key)).toEqual(before)
  })

  // "errors when MutateFn changes object name on creation", "errors when MutateFn renames an object",
  // "errors when object namespace changes"
  it.each([
    ['name', { name: 'other' }],
    ['namespace', { namespace: 'other' }],
  ])('refuses another %s, new or existing', async (_what, other) => {
    const moved = (existing: DeepReadonly<Deployment> | undefined) => {
      const deployment = scaledTo(2)(existing)
      return { ...deployment, metadata: { ...deployment.metadata, ...other } }
    }
    const refusal = /must keep the name and namespace "default\/object-/
    await expect(write(client, Deployment, key, moved)).rejects.toThrow(refusal)
    await write(client, Deployment, key, scaledTo(2))
    await expect(write(client, Deployment, key, moved)).rejects.toThrow(refusal)
  })

  // "aborts immediately if there was an error initially retrieving the object"
  it('asks for nothing when the object cannot be read', async () => {
    const failing = { ...client, get: () => Promise.reject(new Error('away')) }
    const desired = () => expect.fail('must not be called')
    await expect(write(failing, Deployment, key, desired)).rejects.toThrow('away')
  })
})

describe('createOrUpdate', () => {
  it('fails with a conflict when somebody else wrote in between', async () => {
    await createOrUpdate(client, Deployment, key, scaledTo(2))
    const writing = createOrUpdate(client, Deployment, key, async (existing) => {
      await client.patch(Deployment, key, { type: 'merge', body: { spec: { replicas: 7 } } })
      return scaledTo(3)(existing)
    })
    await expect(writing).rejects.toSatisfy(isConflict)
  })
})

describe('createOrPatch', () => {
  const withStatus = (replicas: number) => (existing: DeepReadonly<Deployment> | undefined) => ({
    ...(existing ?? deploymentNamed(key.name)),
    status: { ...existing?.status, replicas },
  })

  // "patches only changed status"
  it('writes only the status when only that changes', async () => {
    await createOrPatch(client, Deployment, key, scaledTo(2))
    const { result, object } = await createOrPatch(client, Deployment, key, withStatus(5))
    expect(result).toBe('updatedStatusOnly')
    expect(object).toMatchObject({ spec: { replicas: 2 }, status: { replicas: 5 } })
    expect(await client.get(Deployment, key)).toEqual(object)
  })

  // "patches resource and status", "patches resource and not empty status"
  it('writes the object and the status', async () => {
    await createOrPatch(client, Deployment, key, scaledTo(2))
    await createOrPatch(client, Deployment, key, withStatus(5))
    const { result } = await createOrPatch(client, Deployment, key, (existing) => ({
      ...withStatus(6)(existing),
      spec: scaledTo(4)(existing).spec,
    }))
    expect(result).toBe('updatedStatus')
    const stored = await client.get(Deployment, key)
    expect(stored).toMatchObject({ spec: { replicas: 4 }, status: { replicas: 6 } })
  })

  it('keeps what others changed in between', async () => {
    await createOrPatch(client, Deployment, key, scaledTo(2))
    await createOrPatch(client, Deployment, key, async (existing) => {
      const labels = { name: key.name, other: 'yes' }
      await client.patch(Deployment, key, { type: 'merge', body: { metadata: { labels } } })
      return scaledTo(3)(existing)
    })
    const stored = await client.get(Deployment, key)
    expect(stored).toMatchObject({ metadata: { labels: { other: 'yes' } }, spec: { replicas: 3 } })
  })
})

// controller-runtime pkg/client/client_test.go: "Patch", "MergeFrom"
describe('mergeFrom', () => {
  const annotated = (object: Deployment) => ({
    ...object,
    metadata: { ...object.metadata, annotations: { 'foo/bar': 'baz' } },
  })

  // "creates a merge patch with the modifications applied during the mutation"
  it('is the difference', () => {
    const object = deploymentNamed('a')
    expect(mergeFrom<Deployment>(object, annotated(object))).toEqual({
      type: 'merge',
      body: { metadata: { annotations: { 'foo/bar': 'baz' } } },
    })
  })

  // "… using optimistic locking"
  it('has the version that was read, for an optimistic lock', async () => {
    const object = await client.create(Deployment, deploymentNamed(key.name))
    const { resourceVersion } = object.metadata
    const patch = mergeFrom(object, annotated(object), { optimisticLock: true })
    expect(patch.body).toEqual({
      metadata: { annotations: { 'foo/bar': 'baz' }, resourceVersion },
    })
    await client.patch(Deployment, key, patch)
    await expect(client.patch(Deployment, key, patch)).rejects.toSatisfy(isConflict)
  })

  it('refuses the lock for an object that was not read', () => {
    const object = deploymentNamed('a')
    expect(() =>
      mergeFrom<Deployment>(object, annotated(object), { optimisticLock: true }),
    ).toThrow('needs the resourceVersion')
  })

  // controller-runtime pkg/client/patch_test.go: "should successfully create a patch for two large
  // and similar in64s"
  it('tells large numbers apart as far as JavaScript does', () => {
    const of = (replicas: number) => ({
      ...deploymentNamed('a'),
      spec: { ...deploymentNamed('a').spec, replicas },
    })
    const patch = mergeFrom<Deployment>(of(Number.MAX_SAFE_INTEGER), of(2 ** 53 - 2))
    expect(patch.body).toEqual({ spec: { replicas: 2 ** 53 - 2 } })
  })
})
