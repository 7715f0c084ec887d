import { afterAll, beforeAll, expect, test } from 'vitest'

import { startApiServer, type ApiServer } from './index.ts'
import { TestClient, type Answer } from './test-support/test-client.ts'

type Json = Record<string, unknown>

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

/** A namespace with a quota that has been counted. */
async function limited(namespace: string, spec: Json): Promise<string> {
  const metadata = { name: namespace }
  await client.send('POST', '/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata })
  const path = `/api/v1/namespaces/${namespace}`
  const quota = { apiVersion: 'v1', kind: 'ResourceQuota', metadata: { name: 'q' }, spec }
  expect(await client.send('POST', `${path}/resourcequotas`, quota)).toMatchObject({ status: 201 })
  await used(path, (found) => found !== undefined)
  return path
}

/** Waits until what is used satisfies the condition. */
async function used(
  path: string,
  condition: (found: Json | undefined) => boolean,
): Promise<Json | undefined> {
  const watch = await client.watch(`${path}/resourcequotas?watch=1`)
  try {
    for (;;) {
      const { object } = await watch.next()
      const found = (object['status'] as Json)['used'] as Json | undefined
      if (condition(found)) return found
    }
  } finally {
    watch.close()
  }
}

const create = (path: string, kind: string, name: string, more: Json = {}): Promise<Answer> =>
  client.send('POST', `${path}/${kind.toLowerCase()}s`, {
    apiVersion: 'v1',
    kind,
    metadata: { name },
    ...more,
  })
const pod = (requests: Json, more: Json = {}): Json => ({
  spec: {
    containers: [{ name: 'c', image: 'i', resources: { requests, limits: requests } }],
    ...more,
  },
})
const why = ({ status, body }: Answer): unknown[] => [status, body['message']]

test('objects are counted, and no more than a quota allows are created', async () => {
  const path = await limited('counted', {
    hard: { 'count/configmaps': '2', secrets: '1', 'count/leases.coordination.k8s.io': '0' },
  })
  expect(await create(path, 'ConfigMap', 'a')).toMatchObject({ status: 201 })
  expect(await create(path, 'ConfigMap', 'a')).toMatchObject({ status: 409 })
  expect(await create(path, 'ConfigMap', 'b')).toMatchObject({ status: 201 })
  expect(why(await create(path, 'ConfigMap', 'c'))).toEqual([
    403,
    'configmaps "c" is forbidden: exceeded quota: q, requested: count/configmaps=1, used: count/configmaps=2, limited: count/configmaps=2',
  ])
  expect(await create(path, 'Secret', 's')).toMatchObject({ status: 201 })
  await client.send('DELETE', `${path}/configmaps/a`)
  expect(await used(path, (found) => found?.['count/configmaps'] === '1')).toEqual({
    'count/configmaps': '1',
    'count/leases.coordination.k8s.io': '0',
    secrets: '1',
  })
  expect(await create(path, 'ConfigMap', 'c')).toMatchObject({ status: 201 })
})

test('what pods ask for is added up, and must be said', async () => {
  const path = await limited('computed', {
    hard: { 'requests.cpu': '1', 'limits.memory': '1Gi', pods: '5' },
  })
  expect(await create(path, 'Pod', 'a', pod({ cpu: '600m', memory: '512Mi' }))).toMatchObject({
    status: 201,
  })
  expect(why(await create(path, 'Pod', 'b', pod({ cpu: '600m', memory: '768Mi' })))).toEqual([
    403,
    'pods "b" is forbidden: exceeded quota: q, requested: limits.memory=768Mi,requests.cpu=600m, used: limits.memory=512Mi,requests.cpu=600m, limited: limits.memory=1Gi,requests.cpu=1',
  ])
  expect(why(await create(path, 'Pod', 'c', pod({})))).toEqual([
    403,
    'pods "c" is forbidden: failed quota: q: must specify limits.memory for: c; requests.cpu for: c',
  ])
  const { body } = await client.send('GET', `${path}/pods/a`)
  await client.send('PUT', `${path}/pods/a/status`, { ...body, status: { phase: 'Succeeded' } })
  await used(path, (found) => found?.['pods'] === '0' && found['requests.cpu'] === '0')
})

test('a quota with scopes is about the pods in them', async () => {
  const path = await limited('scoped', { hard: { pods: '0' }, scopes: ['BestEffort'] })
  expect(await create(path, 'Pod', 'a', pod({ cpu: '1' }))).toMatchObject({ status: 201 })
  expect(await create(path, 'Pod', 'b', pod({}))).toMatchObject({ status: 403 })
})

test('services and claims count by what they ask for', async () => {
  const path = await limited('asked', {
    hard: { 'services.nodeports': '1', 'requests.storage': '2Gi' },
  })
  const service = (type: string): Json => ({ spec: { type, ports: [{ port: 1 }] } })
  expect(await create(path, 'Service', 'a', service('NodePort'))).toMatchObject({ status: 201 })
  expect(await create(path, 'Service', 'b', service('ClusterIP'))).toMatchObject({ status: 201 })
  const changed = await client.send('PATCH', `${path}/services/b`, service('NodePort'), {
    'content-type': 'application/merge-patch+json',
  })
  expect(why(changed)).toEqual([
    403,
    'services "b" is forbidden: exceeded quota: q, requested: services.nodeports=1, used: services.nodeports=1, limited: services.nodeports=1',
  ])
  const claim = (storage: string): Json => ({
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } },
  })
  expect(await create(path, 'PersistentVolumeClaim', 'a', claim('1.5Gi'))).toMatchObject({
    status: 201,
  })
  expect(await create(path, 'PersistentVolumeClaim', 'b', claim('1Gi'))).toMatchObject({
    status: 403,
  })
})

test('a dry run uses nothing', async () => {
  const path = await limited('dry', { hard: { configmaps: '1' } })
  const dry = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }
  const answer = await client.send('POST', `${path}/configmaps?dryRun=All`, dry)
  expect(answer).toMatchObject({ status: 201 })
  expect(await create(path, 'ConfigMap', 'a')).toMatchObject({ status: 201 })
})
