import { afterAll, beforeAll, describe, expect, it } from 'vitest'

import { type ApiServer, startApiServer } from './index.ts'
import { type Answer, TestClient } from './test-support/test-client.ts'

const rbac = '/apis/rbac.authorization.k8s.io/v1'
const asBob = { 'impersonate-user': 'bob' }

let server: ApiServer
let client: TestClient

beforeAll(async () => {
  server = await startApiServer()
  client = new TestClient(server)
})

afterAll(async () => {
  client.close()
  await server.stop()
})

function apply(path: string, body: object, headers: Record<string, string> = {}): Promise<Answer> {
  return client.send('PATCH', `${path}?fieldManager=test`, body, {
    'content-type': 'application/apply-patch+yaml',
    ...headers,
  })
}

describe('who may update but not create', () => {
  const lease = { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'mine' } }
  const leases = '/apis/coordination.k8s.io/v1/namespaces/default/leases'

  beforeAll(async () => {
    const rule = (verb: string, names: string[] = []) => ({
      apiGroups: ['', 'coordination.k8s.io'],
      resources: ['configmaps', 'leases'],
      verbs: [verb],
      ...(names.length === 0 ? {} : { resourceNames: names }),
    })
    const apiGroup = 'rbac.authorization.k8s.io'
    await client.send('POST', `${rbac}/clusterroles`, {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'updater' },
      rules: [rule('update'), rule('patch'), rule('create', ['mine'])],
    })
    await client.send('POST', `${rbac}/clusterrolebindings`, {
      apiVersion: `${apiGroup}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'updater' },
      roleRef: { apiGroup, kind: 'ClusterRole', name: 'updater' },
      subjects: [{ kind: 'User', apiGroup, name: 'bob' }],
    })
  })

  it('creates nothing by an update or an apply', async () => {
    const other = { ...lease, metadata: { name: 'other' } }
    const updated = await client.send('PUT', `${leases}/other`, other, asBob)
    expect(updated).toMatchObject({
      status: 403,
      body: { message: 'leases.coordination.k8s.io "other" is forbidden: ' },
    })
    const path = '/api/v1/namespaces/default/configmaps/other'
    const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'other' } }
    expect(await apply(path, map, asBob)).toMatchObject({ status: 403 })
    expect(await client.get(path)).toMatchObject({ status: 404 })
  })

  it('does where the name is allowed', async () => {
    const updated = await client.send('PUT', `${leases}/mine`, lease, asBob)
    expect(updated.status).toBe(201)
  })
})

describe('the finalizers of a namespace', () => {
  const path = '/api/v1/namespaces/kept'
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kept' } }

  beforeAll(() => client.send('POST', '/api/v1/namespaces', namespace))

  it('are set as every field is: by what is current, valid and meant', async () => {
    const finalize = (finalizers: unknown[], query = '', resourceVersion = '') =>
      client.send('PUT', `${path}/finalize${query}`, {
        ...namespace,
        metadata: { name: 'kept', resourceVersion },
        spec: { finalizers },
      })
    expect(await finalize(['a.io/b'], '', '1')).toMatchObject({ status: 409 })
    expect(await finalize(['whatever'])).toMatchObject({ status: 422 })
    expect(await finalize([{}])).toMatchObject({ status: 400 })
    expect(await finalize(['a.io/b'], '?dryRun=All')).toMatchObject({ status: 200 })
    expect((await client.get(path)).body).toMatchObject({ spec: { finalizers: ['kubernetes'] } })
    expect(await finalize(['a.io/b'])).toMatchObject({
      status: 200,
      body: { spec: { finalizers: ['a.io/b'] }, status: { phase: 'Active' } },
    })
  })

  it('keep it until the last is gone', async () => {
    await client.send('DELETE', path)
    expect((await client.get(path)).body).toMatchObject({ status: { phase: 'Terminating' } })
    await client.send('PUT', `${path}/finalize`, namespace)
    expect(await client.get(path)).toMatchObject({ status: 404 })
  })
})

describe('the number of replicas of a custom kind', () => {
  it('is set in its own field, whatever that is called', async () => {
    const names = { plural: 'things', singular: 'thing', kind: 'Thing', listKind: 'ThingList' }
    const free = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }
    const scale = { specReplicasPath: '.spec.__proto__.size', statusReplicasPath: '.status.size' }
    const version = { schema: { openAPIV3Schema: free }, subresources: { status: {}, scale } }
    await client.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: 'things.example.com' },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names,
        versions: [{ name: 'v1', served: true, storage: true, ...version }],
      },
    })
    const things = '/apis/example.com/v1/namespaces/default/things'
    const thing = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'a' }, spec: {} }
    await client.send('POST', things, thing)
    const scaled = await client.send('PUT', `${things}/a/scale`, {
      apiVersion: 'autoscaling/v1',
      kind: 'Scale',
      metadata: { name: 'a' },
      spec: { replicas: 7 },
    })
    expect(scaled).toMatchObject({ status: 200, body: { spec: { replicas: 7 } } })
    expect(Object.prototype).not.toHaveProperty('size')
  })
})
