import { afterAll, beforeAll, expect, test } from 'vitest'

import { startApiServer, type ApiServer } from './index.ts'
import { TestClient } from './test-support/test-client.ts'

const configMaps = '/api/v1/namespaces/default/configmaps'

let server: ApiServer
let client: TestClient

beforeAll(async () => {
  const warningsOf = ({ metadata }: { readonly metadata: { readonly name?: string } }) =>
    metadata.name === 'odd' ? ['this is "odd"', 'and unwise'] : []
  server = await startApiServer({ warningsOf })
  client = new TestClient(server)
})
afterAll(async () => {
  client.close()
  await server.stop()
})

const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })
const warning = '299 - "this is \\"odd\\"", 299 - "and unwise"'

test('whoever writes an object is warned of it, and nobody who reads or deletes it', async () => {
  const headers = async (answer: Promise<{ readonly headers: object }>) =>
    ((await answer).headers as { readonly warning?: string }).warning
  const odd = `${configMaps}/odd`
  const dry = client.send('POST', `${configMaps}?dryRun=All`, configMap('odd'))
  expect(await headers(dry)).toBe(warning)
  expect(await headers(client.send('POST', configMaps, configMap('odd')))).toBe(warning)
  expect(await headers(client.send('PUT', odd, configMap('odd')))).toBe(warning)
  expect(await headers(client.patch(odd, 'merge', { data: { a: 'b' } }))).toBe(warning)
  expect(await headers(client.get(odd))).toBeUndefined()
  expect(await headers(client.send('POST', configMaps, configMap('even')))).toBeUndefined()
  expect(await headers(client.send('DELETE', odd))).toBeUndefined()
})

test('an object of a version that its kind does not have is told of all that is unknown', async () => {
  const definition = {
    metadata: { name: 'things.w.io' },
    spec: {
      group: 'w.io',
      scope: 'Namespaced',
      names: { plural: 'things', kind: 'Thing' },
      versions: [{ name: 'v1', served: true, storage: true, schema: anything }],
    },
  }
  await client.send('POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', definition)
  const thing = { apiVersion: 'w.io/v7', kind: 'Thing', metadata: { name: 'x' }, spec: {} }
  const answer = await client.send('POST', '/apis/w.io/v1/namespaces/default/things', thing)
  expect([answer.status, answer.headers['warning']]).toEqual([
    400,
    '299 - "unknown field \\"spec\\""',
  ])
})

const anything = {
  openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
}
