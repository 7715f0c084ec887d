import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { startApiServer, type ApiServer } from './index.ts'
import { TestClient } from './test-support/test-client.ts'

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const things = '/apis/example.com/v1/namespaces/default/things'
const thing = `${things}/a`

let server: ApiServer
let client: TestClient

beforeAll(async () => {
  server = await startApiServer()
  client = new TestClient(server)
})
afterEach(async () => {
  await client.send('DELETE', `${definitions}/things.example.com`)
})
afterAll(async () => {
  client.close()
  await server.stop()
})

async function define(
  spec: object,
  status: object = { type: 'object' },
  others: object = {},
): Promise<void> {
  const names = { plural: 'things', kind: 'Thing' }
  const schema = { openAPIV3Schema: { type: 'object', properties: { spec, status, ...others } } }
  const subresources = {
    status: {},
    scale: { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' },
  }
  const version = { name: 'v1', served: true, storage: true, schema, subresources }
  const definition = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'things.example.com' },
    spec: { group: 'example.com', names, scope: 'Namespaced', versions: [version] },
  }
  const path = `${definitions}/things.example.com`
  const { status: found } = await client.get(path)
  const { status: code } =
    found === 200
      ? await client.patch(path, 'merge', { spec: definition.spec })
      : await client.send('POST', definitions, definition)
  expect(code).toBeLessThan(300)
}

const a = { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'a' } }

function specWith(size: object) {
  return { type: 'object', properties: { size, replicas: { type: 'integer' } } }
}

test('an update tolerates what a newer schema forbids, until it is touched', async () => {
  await define(specWith({ type: 'integer' }))
  await client.send('POST', things, { ...a, spec: { size: 9 } })
  await define(specWith({ type: 'integer', maximum: 3 }))
  const other = await client.patch(thing, 'merge', { spec: { replicas: 1 } })
  expect(other.status).toBe(200)
  expect(other.headers.warning).toBeUndefined()
  expect((await client.patch(thing, 'merge', { spec: { size: 8 } })).status).toBe(422)
})

test('an update is warned of rules that the object has broken before', async () => {
  const rules = (rule: string) => ({
    type: 'integer',
    'x-kubernetes-validations': [{ rule, message: 'is too large' }],
  })
  await define(specWith(rules('self < 10')))
  await client.send('POST', things, { ...a, spec: { size: 9 } })
  await define(specWith(rules('self < 5')))
  const other = await client.patch(thing, 'merge', { spec: { replicas: 1 } })
  expect(other.status).toBe(200)
  expect(other.headers.warning).toBe(
    String.raw`299 - "spec.size: Invalid value: \"integer\": is too large"`,
  )
  expect((await client.patch(thing, 'merge', { spec: { size: 8 } })).status).toBe(422)
  const scaled = await client.patch(`${thing}/scale`, 'merge', { spec: { replicas: 2 } })
  expect(scaled.status).toBe(200)
  const status = await client.patch(`${thing}/status`, 'merge', { status: {} })
  expect(status.body['message']).toContain('spec.size: Invalid value: "integer": is too large')
})

test('an update of the status says what is wrong with the status alone', async () => {
  const status = (replicas: object) => ({ type: 'object', properties: { replicas } })
  await define(specWith({ type: 'integer' }), status({ type: 'integer' }))
  await client.send('POST', things, { ...a, spec: { size: 9 } })
  await define(specWith({ type: 'string' }), status({ type: 'integer', maximum: 3 }))
  const path = `${thing}/status`
  expect((await client.patch(path, 'merge', { status: { replicas: 2 } })).status).toBe(200)
  const { status: code, body } = await client.patch(path, 'merge', { status: { replicas: 4 } })
  expect([code, body['message']]).toEqual([
    422,
    'Thing.example.com "a" is invalid: status.replicas: Invalid value: 4: replicas in body should be less than or equal to 3',
  ])
})

test('what a schema says of the type and the name counts', async () => {
  const name = { type: 'string', maxLength: 2 }
  const metadata = { type: 'object', properties: { name } }
  await define(specWith({ type: 'integer' }), undefined, { metadata })
  const long = await client.send('POST', things, { ...a, metadata: { name: 'abc' } })
  expect(long.body['message']).toBe(
    'Thing.example.com "abc" is invalid: metadata.name: Too long: may not be more than 2 bytes',
  )
  expect((await client.send('POST', things, a)).status).toBe(201)
  const apiVersion = { type: 'string', pattern: 'v2$' }
  await define(specWith({ type: 'integer' }), undefined, { apiVersion })
  expect((await client.patch(thing, 'merge', { spec: { size: 1 } })).status).toBe(422)
})

test('a finalizer whose name may be that of another is warned of', async () => {
  await define(specWith({ type: 'integer' }))
  const finalizers = ['orphan', 'mine', 'mine.example.com', 'example.com/mine']
  const { headers } = await client.send('POST', things, {
    ...a,
    metadata: { name: 'a', finalizers },
  })
  const to = 'to avoid accidental conflicts with other finalizer writers'
  const prefer = 'prefer a domain-qualified finalizer name'
  expect(headers.warning).toBe(
    [
      String.raw`299 - "metadata.finalizers: \"mine\": ${prefer} ${to}"`,
      String.raw`299 - "metadata.finalizers: \"mine.example.com\": ${prefer} including a path (/) ${to}"`,
    ].join(', '),
  )
  const later = await client.patch(thing, 'merge', { metadata: { labels: { a: 'b' } } })
  expect(later.headers.warning).toBeUndefined()
  await client.patch(thing, 'merge', { metadata: { finalizers: null } })
})

test('a custom object takes no strategic merge patch, nor does its scale', async () => {
  await define(specWith({ type: 'integer' }))
  await client.send('POST', things, { ...a, spec: { replicas: 1 } })
  for (const path of [thing, `${thing}/status`, `${thing}/scale`]) {
    expect((await client.patch(path, 'strategic', { spec: {} })).status).toBe(415)
  }
  expect((await client.patch(`${thing}/scale`, 'merge', { spec: {} })).status).toBe(200)
})

test('who scales an object owns its replicas, without a time', async () => {
  await define(specWith({ type: 'integer' }))
  await client.send('POST', `${things}?fieldManager=maker`, { ...a, spec: { replicas: 1 } })
  const scale = `${thing}/scale?fieldManager=scaler`
  await client.patch(scale, 'merge', { spec: { replicas: 2 } })
  const { body } = await client.get(thing)
  const { managedFields } = body['metadata'] as { managedFields: Record<string, unknown>[] }
  const shown = managedFields.map(({ manager, time, fieldsV1 }) => [manager, typeof time, fieldsV1])
  expect(shown).toEqual([
    ['scaler', 'undefined', { 'f:spec': { 'f:replicas': {} } }],
    ['maker', 'string', { 'f:spec': {} }],
  ])
})
