import { afterAll, beforeAll, expect, test } from 'vitest'

import { startApiServer, type ApiServer } from './index.ts'
import { TestClient } from './test-support/test-client.ts'

const deployments = '/apis/apps/v1/namespaces/default/deployments'
const scalePath = `${deployments}/d/scale`

let server: ApiServer
let client: TestClient

beforeAll(async () => {
  server = await startApiServer({ controllers: false })
  client = new TestClient(server)
  const labels = { a: 'b' }
  const containers = [{ name: 'c', image: 'i' }]
  const template = { metadata: { labels }, spec: { containers } }
  const spec = { selector: { matchLabels: labels }, template }
  await client.send('POST', deployments, { metadata: { name: 'd' }, spec })
})
afterAll(async () => {
  client.close()
  await server.stop()
})

const scale = (metadata: object, spec: object = { replicas: 2 }) => ({
  apiVersion: 'autoscaling/v1',
  kind: 'Scale',
  metadata,
  spec,
})

test.each<[string, object, number, RegExp]>([
  ['another name', scale({ name: 'e' }), 400, /\(e\) does not match the name on the URL \(d\)$/],
  ['no name', scale({}), 400, /undeterminable: name must be provided$/],
  ['another namespace', scale({ name: 'd', namespace: 'n' }), 400, /does not match the namespace/],
  [
    'another uid',
    scale({ name: 'd', uid: 'u' }),
    409,
    /Precondition failed: UID in precondition: u,/,
  ],
  ['an older version', scale({ name: 'd', resourceVersion: '1' }), 409, /has been modified/],
  [
    'a text as number',
    scale({ name: 'd' }, { replicas: '2' }),
    400,
    /cannot unmarshal string into Go struct field ScaleSpec\.spec\.replicas of type int32$/,
  ],
  [
    'less than none',
    scale({ name: 'd' }, { replicas: -1 }),
    422,
    /^Scale\.autoscaling "d" is invalid: spec\.replicas: Invalid value: -1: must be greater/,
  ],
  ['another kind', { ...scale({ name: 'd' }), kind: 'Job' }, 400, /cannot be handled as a Scale/],
])('a scale with %s is refused', async (_name, body, status, message) => {
  const answer = await client.send('PUT', scalePath, body)
  expect([answer.status, answer.body['message']]).toEqual([status, expect.stringMatching(message)])
})

test('an unknown field of a scale is told of', async () => {
  const body = scale({ name: 'd' }, { replicas: 1, count: 1 })
  const warned = await client.send('PUT', scalePath, body)
  expect(warned.headers['warning']).toBe('299 - "unknown field \\"spec.count\\""')
  const strict = await client.send('PUT', `${scalePath}?fieldValidation=Strict`, body)
  expect(strict.status).toBe(400)
})

test('a patch of a scale changes the replicas, and not whose they are', async () => {
  const patched = await client.patch(scalePath, 'merge', { spec: { replicas: 3 } })
  expect(patched.body['spec']).toEqual({ replicas: 3 })
  const other = await client.patch(scalePath, 'merge', { metadata: { uid: 'u' } })
  expect(other.body['message']).toMatch(
    /^Operation cannot be fulfilled on deployments\/scale\.apps/,
  )
})

test('a scale is shown as a table', async () => {
  const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io'
  const { body } = await client.get(`${scalePath}?includeObject=None`, { accept })
  const columns = (body['columnDefinitions'] as { readonly name: string }[]).map(({ name }) => name)
  expect(columns).toEqual(['Name', 'Desired', 'Available', 'Age'])
  expect(body['rows']).toEqual([{ cells: ['d', 3, 0, expect.stringMatching(/s$/) as string] }])
})
