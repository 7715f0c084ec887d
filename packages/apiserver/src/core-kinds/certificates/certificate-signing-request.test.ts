import { afterAll, beforeAll, expect, test } from 'vitest'

import { makeSigningRequest } from '@fairlead/pki/testing'

import { startApiServer, type ApiServer } from '../../index.ts'
import { TestClient } from '../../test-support/test-client.ts'

const requests = '/apis/certificates.k8s.io/v1/certificatesigningrequests'

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

const asked = (name: string) => ({
  apiVersion: 'certificates.k8s.io/v1',
  kind: 'CertificateSigningRequest',
  metadata: { name },
  spec: {
    request: Buffer.from(makeSigningRequest('jane').request).toString('base64'),
    signerName: 'example.com/s',
    usages: ['client auth'],
    username: 'somebody-else',
  },
})

test('who asks for a certificate is who makes the request', async () => {
  const created = await client.send('POST', requests, asked('who'))
  expect(created).toMatchObject({ status: 201, body: { spec: { username: 'admin' }, status: {} } })
})

test('a request is approved through its approval alone', async () => {
  await client.send('POST', requests, asked('a'))
  const approved = { type: 'Approved', status: 'True', reason: 'R', message: 'm' }
  const patch = { status: { conditions: [approved] } }
  expect(await client.patch(`${requests}/a/status`, 'merge', patch)).toMatchObject({
    status: 422,
    body: {
      message:
        'CertificateSigningRequest.certificates.k8s.io "a" is invalid: status.conditions: Forbidden: updates may not add a condition of type "Approved"',
    },
  })
  const decided = await client.patch(`${requests}/a/approval`, 'merge', patch)
  expect(decided).toMatchObject({
    status: 200,
    body: { status: { conditions: [{ ...approved, lastUpdateTime: expect.any(String) }] } },
  })
  const denied = { status: { conditions: [approved, { type: 'Denied', status: 'True' }] } }
  expect(await client.patch(`${requests}/a/approval`, 'merge', denied)).toMatchObject({
    status: 422,
    body: {
      message: expect.stringContaining('Approved and Denied conditions are mutually exclusive'),
    },
  })
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const broken = server.caCertificate.replace(/\n\w{8}/, '\n')
  for (const [text, problem] of [
    ['x', 'must contain at least one CERTIFICATE PEM block'],
    [
      broken.replaceAll('CERTIFICATE', 'KEY'),
      'only CERTIFICATE PEM blocks are allowed, found "KEY"',
    ],
    [server.caCertificate.replace('\n', '\nA: b\n\n'), 'no PEM block headers are permitted'],
    [broken, 'x509: malformed certificate'],
  ] as const) {
    const status = { certificate: base64(text) }
    expect((await client.patch(`${requests}/a/status`, 'merge', { status })).body).toMatchObject({
      details: { causes: [{ message: `Invalid value: "<certificate data>": ${problem}` }] },
    })
  }
  const issued = { status: { certificate: base64(server.caCertificate) } }
  expect(await client.patch(`${requests}/a/status`, 'merge', issued)).toMatchObject({ status: 200 })
  const other = base64(server.caCertificate + server.caCertificate)
  expect(
    await client.patch(`${requests}/a/status`, 'merge', { status: { certificate: other } }),
  ).toMatchObject({
    status: 422,
    body: { message: expect.stringContaining('may not modify existing certificate content') },
  })
})

test('an approval that says nothing of the conditions changes nothing but metadata', async () => {
  const { body } = await client.send('POST', requests, asked('quiet'))
  const same = await client.send('PUT', `${requests}/quiet/approval`, body)
  expect(same).toMatchObject({ status: 200, body: { metadata: body['metadata'], status: {} } })
  expect(same.body['status']).toEqual({})
  const labels = { a: 'b' }
  const labelled = await client.patch(`${requests}/quiet/approval`, 'merge', {
    metadata: { labels },
  })
  expect(labelled).toMatchObject({ status: 200, body: { metadata: { labels } } })
})
