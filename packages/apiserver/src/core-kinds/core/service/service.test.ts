import { afterAll, beforeAll, expect, test } from 'vitest'

import { startApiServer, type ApiServer } from '../../../index.ts'
import { TestClient } from '../../../test-support/test-client.ts'

const services = '/api/v1/namespaces/default/services'

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

interface Spec {
  readonly clusterIP?: string
  readonly ports?: readonly { readonly nodePort?: number }[]
}

const service = (name: string, spec: object = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name },
  spec: { ports: [{ port: 80 }], ...spec },
})
const specOf = (answer: { body: Record<string, unknown> }): Spec => answer.body['spec'] as Spec

test('a Service gets an address of its own, which is free when it is deleted', async () => {
  const created = await client.send('POST', services, service('a'))
  const { clusterIP } = specOf(created)
  expect(clusterIP).toMatch(/^10\.0\.0\.\d+$/)
  expect(created.body['spec']).toMatchObject({
    clusterIPs: [clusterIP],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    internalTrafficPolicy: 'Cluster',
  })
  const second = await client.send('POST', services, service('b', { clusterIP }))
  expect(second).toMatchObject({
    status: 422,
    body: {
      message: `Service "b" is invalid: spec.clusterIPs: Invalid value: []string{"${clusterIP}"}: failed to allocate IP ${clusterIP}: provided IP is already allocated`,
    },
  })
  await client.send('DELETE', `${services}/a`)
  expect(await client.send('POST', services, service('b', { clusterIP }))).toMatchObject({
    status: 201,
  })
})

test('what a refused or dry write has reserved is free again', async () => {
  const spec = { clusterIP: '10.0.0.77', type: 'NodePort', ports: [{ port: 80, nodePort: 30_777 }] }
  const dry = await client.send('POST', `${services}?dryRun=All`, service('dry', spec))
  expect(specOf(dry)).toMatchObject(spec)
  const wrong = service('refused', { ...spec, sessionAffinity: 'Other' })
  expect(await client.send('POST', services, wrong)).toMatchObject({ status: 422 })
  expect(await client.send('POST', services, service('real', spec))).toMatchObject({ status: 201 })
  const again = { type: 'NodePort', ports: [{ port: 80, nodePort: 30_777 }] }
  expect(await client.send('POST', services, service('again', again))).toMatchObject({
    status: 422,
    body: {
      message:
        'Service "again" is invalid: spec.ports[0].nodePort: Invalid value: 30777: provided port is already allocated',
    },
  })
})

test('an update keeps what was allocated and releases what its type has no use for', async () => {
  const created = await client.send('POST', services, service('c', { type: 'NodePort' }))
  const { clusterIP, ports } = specOf(created)
  expect(ports?.[0]?.nodePort).toBeGreaterThanOrEqual(30_000)
  const replaced = await client.send('PUT', `${services}/c`, service('c', { type: 'NodePort' }))
  expect(specOf(replaced)).toMatchObject({ clusterIP, ports: [{ nodePort: ports?.[0]?.nodePort }] })
  const patch = { spec: { type: 'ExternalName', externalName: 'example.com' } }
  const named = await client.patch(`${services}/c`, 'merge', patch)
  expect(named.status).toBe(200)
  expect(named.body['spec']).not.toHaveProperty('clusterIP')
  const taken = service('d', { clusterIP, type: 'NodePort', ports })
  expect(await client.send('POST', services, taken)).toMatchObject({ status: 201 })
  const moved = await client.patch(`${services}/d`, 'merge', {
    spec: { clusterIP: '10.0.0.99', clusterIPs: ['10.0.0.99'] },
  })
  expect(moved).toMatchObject({
    status: 422,
    body: {
      message:
        'Service "d" is invalid: spec.clusterIPs[0]: Invalid value: []string{"10.0.0.99"}: may not change once set',
    },
  })
})
