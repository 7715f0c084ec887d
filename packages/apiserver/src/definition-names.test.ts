import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'

import { startApiServer, type ApiServer } from './index.ts'
import { TestClient } from './test-support/test-client.ts'

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

let server: ApiServer
let client: TestClient

beforeAll(async () => {
  server = await startApiServer()
  client = new TestClient(server)
})
afterEach(async () => {
  await client.send('DELETE', definitions)
})
afterAll(async () => {
  client.close()
  await server.stop()
})

async function define(kind: string, shortNames: readonly string[]): Promise<void> {
  const plural = `${kind.toLowerCase()}s`
  const schema = { openAPIV3Schema: { type: 'object' } }
  const { status } = await client.send('POST', definitions, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.com` },
    spec: {
      group: 'example.com',
      names: { plural, kind, shortNames },
      scope: 'Namespaced',
      versions: [{ name: 'v1', served: true, storage: true, schema }],
    },
  })
  expect(status).toBe(201)
}

function rename(plural: string, shortNames: readonly string[]) {
  const path = `${definitions}/${plural}.example.com`
  return client.patch(path, 'merge', { spec: { names: { shortNames } } })
}

async function condition(plural: string): Promise<string> {
  const { body } = await client.get(`${definitions}/${plural}.example.com`)
  const { conditions } = body['status'] as { conditions: Record<string, string>[] }
  const { reason, message } = conditions.find(({ type }) => type === 'NamesAccepted') ?? {}
  return `${reason}: ${message}`
}

async function servedShortNames(plural: string): Promise<unknown> {
  const { body } = await client.get('/apis/example.com/v1')
  const resources = body['resources'] as Record<string, unknown>[]
  return resources.find(({ name }) => name === plural)?.['shortNames']
}

test('a kind is served under the names that it has, not those that it asks for', async () => {
  await define('Apple', ['a'])
  await define('Banana', ['b'])
  await rename('bananas', ['a', 'c'])
  expect(await condition('bananas')).toBe('ShortNamesConflict: "a" is already in use')
  expect(await servedShortNames('bananas')).toEqual(['b'])
})

test('a name that becomes free goes to the definition that waits for it', async () => {
  await define('Apple', ['a'])
  await define('Banana', ['b'])
  await rename('bananas', ['a'])
  await rename('apples', [])
  expect(await condition('bananas')).toBe('NoConflicts: no conflicts found')
  expect([await servedShortNames('apples'), await servedShortNames('bananas')]).toEqual([
    undefined,
    ['a'],
  ])
})

test('a name of a definition is in use for its other names, too', async () => {
  await define('Apple', [])
  await rename('apples', ['apple'])
  expect(await condition('apples')).toBe('ShortNamesConflict: "apple" is already in use')
})
