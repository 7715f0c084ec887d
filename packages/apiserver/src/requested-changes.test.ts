import { afterAll, beforeAll, expect, test } from 'vitest'

import { startApiServer, type ApiServer, type RequestedChange } from './index.ts'
import { TestClient } from './test-support/test-client.ts'

const secrets = '/api/v1/namespaces/default/secrets'
const namespaces = '/api/v1/namespaces'

let server: ApiServer
let client: TestClient
const told: RequestedChange[] = []
const seen = () => told.splice(0).map(({ verb, kind, name, user }) => [verb, kind, name, user.name])

beforeAll(async () => {
  server = await startApiServer({ onChange: (change) => told.push(change) })
  client = new TestClient(server)
})
afterAll(async () => {
  client.close()
  await server.stop()
})

const secret = (name: string, value: string) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name },
  stringData: { value },
})

test('every change of a request is told, with its user and nothing of the content', async () => {
  told.length = 0
  await client.send('POST', secrets, secret('a', 'hunter2'))
  expect(told[0]).toEqual({
    verb: 'create',
    group: '',
    kind: 'Secret',
    namespace: 'default',
    name: 'a',
    uid: expect.any(String),
    generation: undefined,
    resourceVersion: expect.stringMatching(/^\d+$/),
    user: expect.objectContaining({ groups: expect.arrayContaining(['system:masters']) }),
    fieldManager: expect.any(String),
  })
  expect(JSON.stringify(told)).not.toContain('hunter2')
  const name = told[0]?.user.name
  seen()
  await client.send('PUT', `${secrets}/a`, secret('a', 'other'))
  await client.send('DELETE', `${secrets}/a`)
  expect(seen()).toEqual([
    ['update', 'Secret', 'a', name],
    ['delete', 'Secret', 'a', name],
  ])
})

test('what changes nothing, fails, is only tried or only read is not told', async () => {
  await client.send('POST', secrets, secret('b', 'x'))
  seen()
  await client.send('PUT', `${secrets}/b`, secret('b', 'x'))
  await client.send('POST', secrets, secret('b', 'y'))
  await client.send('POST', `${secrets}?dryRun=All`, secret('c', 'y'))
  await client.send('GET', `${secrets}/b`)
  await client.send('DELETE', `${secrets}/none`)
  expect(seen()).toEqual([])
})

test('all objects that one request deletes are told', async () => {
  await client.send('POST', secrets, secret('d', 'x'))
  seen()
  await client.send('DELETE', secrets)
  expect(seen().map(([verb, , name]) => [verb, name])).toEqual([
    ['deletecollection', 'b'],
    ['deletecollection', 'd'],
  ])
})

test('a field manager is told as it was given', async () => {
  await client.send('POST', `${namespaces}?fieldManager=me`, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: 'team' },
  })
  expect(told.splice(0)).toMatchObject([{ fieldManager: 'me', namespace: '', name: 'team' }])
})
