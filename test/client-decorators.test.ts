import {
  type Client,
  dryRunClient,
  interceptedClient,
  namespacedClient,
  withFieldOwner,
  withFieldValidation,
} from '@fairlead/controller-runtime'
import { isBadRequest, isInvalid, isNotFound, untyped } from '@fairlead/kube-core'
import { ClusterRole, Deployment, Namespace } from '@fairlead/kube-types'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { deploymentNamed, startServerAndClient } from './support/client-suite.ts'

let client: Client
let stop: () => Promise<void>
let round = 0
let key: { namespace: string; name: string }

beforeAll(async () => {
  ;({ client, stop } = await startServerAndClient())
  const metadata = { name: 'non-default' }
  await client.create(Namespace, { apiVersion: 'v1', kind: 'Namespace', metadata })
})

afterAll(() => stop())

beforeEach(() => {
  round += 1
  key = { namespace: 'default', name: `object-${round}` }
})

const annotate = { type: 'merge', body: { metadata: { annotations: { foo: 'bar' } } } } as const
const statusPatch = { type: 'merge', body: { status: { replicas: 99 } } } as const
const statusOf = (name: string, namespace = 'default') => ({
  apiVersion: 'apps/v1' as const,
  kind: 'Deployment' as const,
  metadata: { namespace, name },
  status: { replicas: 99 },
})
const byTest = { fieldManager: 'test', force: true }

// controller-runtime pkg/client/dryrun_test.go
describe('dryRunClient', () => {
  let dry: Client
  let before: Deployment

  beforeEach(async () => {
    dry = dryRunClient(client)
    before = await client.create(Deployment, deploymentNamed(key.name))
  })

  // "should successfully Get an object", "should successfully List objects"
  it('reads', async () => {
    expect(await dry.get(Deployment, key)).toEqual(before)
    const list = await dry.list(Deployment, { labelSelector: `name=${key.name}` })
    expect(list.items).toEqual([before])
  })

  // "should not create an object", "… with opts"
  it.each([{}, { dryRun: false }])('creates nothing, told %j', async (options) => {
    const answer = await dry.create(Deployment, deploymentNamed('new'), options)
    expect(answer.metadata.uid).toBeDefined()
    const other = { namespace: 'default', name: 'new' }
    await expect(client.get(Deployment, other)).rejects.toSatisfy(isNotFound)
  })

  // "should refuse a create request for an invalid object"
  it('refuses an invalid object', async () => {
    const { spec, ...rest } = deploymentNamed('new')
    const template = { ...spec.template, spec: { containers: [] } }
    const refused = dry.create(Deployment, { ...rest, spec: { ...spec, template } })
    await expect(refused).rejects.toSatisfy(isInvalid)
  })

  // "should refuse an update request for an invalid change"
  it('refuses an invalid change', async () => {
    const invalid = { ...before, spec: { ...before.spec, selector: {} } }
    await expect(dry.update(Deployment, invalid)).rejects.toSatisfy(isInvalid)
  })

  // "should not change objects via update", "… patch", "should not delete objects", "… via
  // deleteAllOf", "should not change objects via update status", "… status patch", "… status apply",
  // and each "with opts"
  it.each<[string, (dryRun: { dryRun?: boolean }) => Promise<unknown>]>([
    [
      'update',
      (options) => dry.update(Deployment, { ...before, spec: deploymentNamed('x').spec }, options),
    ],
    ['patch', (options) => dry.patch(Deployment, key, annotate, options)],
    ['apply', (options) => dry.apply(Deployment, statusOf(key.name), { ...byTest, ...options })],
    ['delete', (options) => dry.delete(Deployment, key, options)],
    ['deleteAllOf', (options) => dry.deleteAllOf(Deployment, { namespace: 'default', ...options })],
    [
      'status update',
      (options) => dry.status.update(Deployment, { ...before, ...statusOf(key.name) }, options),
    ],
    ['status patch', (options) => dry.status.patch(Deployment, key, statusPatch, options)],
    [
      'status apply',
      (options) => dry.status.apply(Deployment, statusOf(key.name), { ...byTest, ...options }),
    ],
    [
      'scale patch',
      (options) =>
        dry
          .subresource('scale')
          .patch(Deployment, key, { type: 'merge', body: { spec: { replicas: 9 } } }, options),
    ],
  ])('changes nothing by %s', async (_, write) => {
    for (const options of [{}, { dryRun: false }]) await write(options)
    expect(await client.get(Deployment, key)).toEqual(before)
  })
})

/** Does every write of fields that a client can do, and answers what it was asked to send. */
async function writtenThrough(
  decorate: (inner: Client) => Client,
  options: { readonly fieldManager?: string; readonly fieldValidation?: 'Ignore' | 'Strict' },
): Promise<unknown[]> {
  const seen: unknown[] = []
  const see = async ({ verb, options: sent }: { verb: string; options: unknown }) =>
    void seen.push({ verb, options: sent })
  const spy = interceptedClient(client, {
    create: see,
    update: see,
    patch: see,
    apply: see,
    delete: see,
  })
  const decorated = decorate(spy)
  const object = deploymentNamed('a')
  const some = decorated.subresource('some-subresource')
  await decorated.create(Deployment, object, options)
  await decorated.update(Deployment, object, options)
  await decorated.patch(Deployment, key, annotate, options)
  await decorated.status.update(Deployment, object, options)
  await decorated.status.patch(Deployment, key, annotate, options)
  await some.create(Deployment, key, object, options)
  await some.update(Deployment, key, object, options)
  await some.patch(Deployment, key, annotate, options)
  await decorated.delete(Deployment, key)
  return seen
}

// controller-runtime pkg/client/fieldowner_test.go
describe('withFieldOwner', () => {
  const owned = (inner: Client) => withFieldOwner(inner, 'custom-field-mgr')

  // TestWithFieldOwner
  it('names the field manager of every write of fields', async () => {
    const seen = await writtenThrough(owned, {})
    expect(seen).toHaveLength(9)
    const deletion = seen.pop()
    for (const call of seen)
      expect(call).toMatchObject({ options: { fieldManager: 'custom-field-mgr' } })
    expect(deletion).toEqual({ verb: 'delete', options: {} })
  })

  // TestWithFieldOwnerOverridden
  it('lets a write name another', async () => {
    const seen = await writtenThrough(owned, { fieldManager: 'new-field-manager' })
    for (const call of seen.slice(0, -1)) {
      expect(call).toMatchObject({ options: { fieldManager: 'new-field-manager' } })
    }
  })

  it('is known to the server', async () => {
    const { metadata } = await owned(client).create(Deployment, deploymentNamed(key.name))
    expect(metadata.managedFields?.map(({ manager }) => manager)).toEqual(['custom-field-mgr'])
  })
})

// controller-runtime pkg/client/fieldvalidation_test.go
describe('withFieldValidation', () => {
  const strict = (inner: Client) => withFieldValidation(inner, 'Strict')

  // TestWithStrictFieldValidation
  it('says how unknown fields are handled, at every write of fields', async () => {
    const seen = await writtenThrough(strict, {})
    for (const call of seen.slice(0, -1)) {
      expect(call).toMatchObject({ options: { fieldValidation: 'Strict' } })
    }
    expect(seen.at(-1)).toEqual({ verb: 'delete', options: {} })
  })

  // TestWithStrictFieldValidationOverridden
  it('lets a write say otherwise', async () => {
    const seen = await writtenThrough(strict, { fieldValidation: 'Ignore' })
    for (const call of seen.slice(0, -1)) {
      expect(call).toMatchObject({ options: { fieldValidation: 'Ignore' } })
    }
  })

  it('has the server refuse an unknown field', async () => {
    const misspelt = { ...deploymentNamed(key.name), sepc: {} }
    const refused = strict(client).create(untyped(Deployment), misspelt)
    await expect(refused).rejects.toSatisfy(isBadRequest)
  })
})

// controller-runtime pkg/client/namespaced_client_test.go
describe('namespacedClient', () => {
  let within: Client
  const elsewhere = { namespace: 'non-default', name: 'a' }
  const refusal = 'a Deployment in namespace non-default is out of reach'
  /** Objects without a namespace, as only kinds without types of their own can be written. */
  const anything = untyped(Deployment)

  beforeEach(() => {
    within = namespacedClient(client, 'default')
  })

  const withoutNamespace = (name: string) => ({ ...deploymentNamed(name), metadata: { name } })

  // "should successfully Get a namespace-scoped object"
  it('reads in its namespace', async () => {
    await client.create(Deployment, deploymentNamed(key.name))
    expect((await within.get(anything, { name: key.name })).metadata).toMatchObject(key)
    expect(await within.get(Deployment, key)).toMatchObject({ kind: 'Deployment' })
  })

  // "should successfully List objects when namespace is not specified with the object", "should List
  // objects from the namespace specified in the client"
  it('lists its namespace', async () => {
    await client.create(Deployment, deploymentNamed(key.name))
    await client.create(Deployment, deploymentNamed(key.name, 'non-default'))
    const { items } = await within.list(Deployment, { labelSelector: `name=${key.name}` })
    expect(items.map(({ metadata }) => metadata.namespace)).toEqual(['default'])
  })

  it('watches its namespace', async () => {
    const { signal, abort } = stopping()
    await client.create(Deployment, deploymentNamed(key.name, 'non-default'))
    await client.create(Deployment, deploymentNamed(key.name))
    const labelSelector = `name=${key.name}`
    for await (const { object } of within.watch(Deployment, { labelSelector, signal })) {
      expect(object.metadata.namespace).toBe('default')
      break
    }
    abort()
  })

  // "should successfully create object in the right namespace", "should successfully apply an object
  // in the right namespace", "should successfully update the provided object when namespace is not
  // provided", "… using Patch when namespace is not provided", "should successfully delete an object
  // when namespace is not specified"
  it('writes what names no namespace into its own', async () => {
    const { name } = key
    const created = await within.create(anything, withoutNamespace(name))
    expect(created.metadata).toMatchObject(key)
    const { namespace: _, resourceVersion: __, managedFields: ___, ...metadata } = created.metadata
    const labels = { updated: 'yes' }
    await within.update(anything, { ...created, metadata: { ...metadata, labels } })
    await within.patch(anything, { name }, annotate)
    await within.apply(anything, { ...withoutNamespace(name), spec: { replicas: 5 } }, byTest)
    expect(await client.get(Deployment, key)).toMatchObject({
      metadata: { labels, annotations: { foo: 'bar' } },
      spec: { replicas: 5 },
    })
    await within.delete(anything, { name })
    await expect(client.get(Deployment, key)).rejects.toSatisfy(isNotFound)
  })

  // "should change objects via update status", "… status patch", "… status apply", "should set
  // namespace on ApplyConfiguration when applying via SubResource"
  it('writes the status and subresources of what names no namespace', async () => {
    const { name } = key
    const created = await client.create(anything, deploymentNamed(name))
    const { namespace: _, managedFields: __, ...metadata } = created.metadata
    await within.status.update(anything, { ...created, metadata, status: { replicas: 99 } })
    expect((await client.get(Deployment, key)).status?.replicas).toBe(99)
    await within.status.patch(
      anything,
      { name },
      { type: 'merge', body: { status: { replicas: 7 } } },
    )
    expect((await client.get(Deployment, key)).status?.replicas).toBe(7)
    await within.status.apply(anything, { ...statusOf(name), metadata: { name } }, byTest)
    expect((await client.get(Deployment, key)).status?.replicas).toBe(99)
    const scale = {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name },
      spec: { replicas: 4 },
    } as const
    await within.subresource('scale').apply(anything, { name }, scale, byTest)
    expect((await client.get(Deployment, key)).spec?.replicas).toBe(4)
  })

  // "should not … if the namespace of the object is different", of every verb
  it.each<[string, () => unknown]>([
    ['get', () => within.get(Deployment, elsewhere)],
    ['list', () => within.list(Deployment, { namespace: 'non-default' })],
    ['create', () => within.create(Deployment, deploymentNamed('a', 'non-default'))],
    ['update', () => within.update(Deployment, deploymentNamed('a', 'non-default'))],
    ['patch', () => within.patch(Deployment, elsewhere, annotate)],
    ['apply', () => within.apply(Deployment, deploymentNamed('a', 'non-default'), byTest)],
    ['delete', () => within.delete(Deployment, elsewhere)],
    ['deleteAllOf', () => within.deleteAllOf(Deployment, { namespace: 'non-default' })],
    ['status update', () => within.status.update(Deployment, deploymentNamed('a', 'non-default'))],
    ['status patch', () => within.status.patch(Deployment, elsewhere, statusPatch)],
    ['status apply', () => within.status.apply(Deployment, statusOf('a', 'non-default'), byTest)],
    ['subresource get', () => within.subresource('scale').get(Deployment, elsewhere)],
  ])('refuses a %s in another namespace', async (_, call) => {
    await expect(call()).rejects.toThrow(refusal)
  })

  // "should fail when applying via SubResource with conflicting namespace"
  it('refuses the object of a subresource in another namespace', async () => {
    const scale = {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { namespace: 'non-default', name: key.name },
    } as const
    const applied = within.subresource('scale').apply(Deployment, key, scale, byTest)
    await expect(applied).rejects.toThrow(refusal)
  })

  it('refuses a watch of another namespace', () => {
    expect(() => within.watch(Deployment, { namespace: 'non-default' })).toThrow(refusal)
  })

  // "should create a cluster scoped object", "should update a cluster scoped resource", "should
  // successfully modify cluster scoped resource", "should successfully List objects when object is
  // not namespaced scoped"
  it('lets kinds without namespaces pass', async () => {
    const { name } = key
    const role = {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name },
      rules: [],
    } as const
    const created = await within.create(ClusterRole, role)
    await within.update(ClusterRole, {
      ...created,
      metadata: { ...created.metadata, labels: { name } },
    })
    await within.patch(ClusterRole, { name }, annotate)
    const { items } = await within.list(ClusterRole, { labelSelector: `name=${name}` })
    expect(items).toEqual([await client.get(ClusterRole, { name })])
    expect(items[0]?.metadata.annotations).toEqual({ foo: 'bar' })
  })

  // "should successfully delete all of the deployments in the given namespace", "should not delete
  // deployments in other namespaces"
  it('deletes all of its namespace, and of no other', async () => {
    await client.create(Deployment, deploymentNamed(key.name))
    await client.create(Deployment, deploymentNamed(key.name, 'non-default'))
    await within.deleteAllOf(Deployment, { labelSelector: `name=${key.name}` })
    const { items } = await client.list(Deployment, { labelSelector: `name=${key.name}` })
    expect(items.map(({ metadata }) => metadata.namespace)).toEqual(['non-default'])
  })

  it('needs a namespace', () => {
    expect(() => namespacedClient(client, '')).toThrow(TypeError)
  })
})

// controller-runtime pkg/client/interceptor/intercept_test.go
describe('interceptedClient', () => {
  const verbs = [
    'get',
    'list',
    'create',
    'update',
    'patch',
    'apply',
    'delete',
    'deleteAllOf',
  ] as const

  // "should call the provided … function", of every verb
  it.each(verbs)('calls the interceptor of %s in place of the client', async (verb) => {
    const own = { made: 'up' }
    const made = interceptedClient(client, { [verb]: () => Promise.resolve(own) })
    const object = { ...deploymentNamed(key.name), ...key, type: 'merge', body: {}, ...byTest }
    const call = made[verb] as (...args: readonly unknown[]) => Promise<unknown>
    expect(await call(Deployment, object, object, object)).toBe(own)
  })

  // "should call the underlying client if the provided … function is nil"
  it('calls the client where there is no interceptor', async () => {
    const plain = interceptedClient(client, {})
    const created = await plain.create(Deployment, deploymentNamed(key.name))
    expect(await plain.get(Deployment, key)).toEqual(created)
    expect((await plain.subresource('scale').get(Deployment, key)).spec?.replicas).toBe(2)
  })

  it('lets an interceptor change the call and go on', async () => {
    const labelled = interceptedClient(client, {
      create: (call, next) => {
        const metadata = { ...call.object.metadata, labels: { added: 'yes' } }
        return next({ ...call, object: { ...call.object, metadata } })
      },
    })
    const { metadata } = await labelled.create(Deployment, deploymentNamed(key.name))
    expect(metadata.labels).toEqual({ added: 'yes' })
  })

  // "should call the provided SubResource function with 'status' when calling Status()"
  it('shows writes of the status and of subresources', async () => {
    const seen: unknown[] = []
    const spy = interceptedClient(client, {
      patch: async ({ subresource }) => void seen.push(subresource),
    })
    await spy.status.patch(Deployment, key, annotate)
    await spy.subresource('scale').patch(Deployment, key, annotate)
    await spy.patch(Deployment, key, annotate)
    expect(seen).toEqual(['status', 'scale', undefined])
  })

  // "should call the provided Watch function"
  it('calls the interceptor of watch', async () => {
    const event = { type: 'ADDED', object: deploymentNamed(key.name) } as const
    const made = interceptedClient(client, {
      watch: async function* (_type, _options) {
        yield event
      },
    })
    for await (const seen of made.watch(Deployment)) expect(seen).toBe(event)
  })
})

function stopping() {
  const controller = new AbortController()
  return { signal: controller.signal, abort: () => controller.abort() }
}
