import { once } from 'node:events'
import { connect } from 'node:tls'

import { afterAll, beforeAll, expect, it, vi } from 'vitest'

import { startApiServer, type ApiServer } from './index.ts'
import { TestClient } from './test-support/test-client.ts'
import { startWebhook } from './test-support/webhook-server.ts'

const configMaps = '/api/v1/namespaces/default/configmaps'
const configMap = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })

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

const metrics = async () => String((await client.get('/metrics')).body['text'])

it('tells in /metrics of requests, watches, objects and the process', async () => {
  await client.send('POST', configMaps, configMap('counted'))
  await client.get(`${configMaps}/missing`)
  const watch = await client.watch(`${configMaps}?watch=1`)
  const labels = 'group="",version="v1",resource="configmaps",subresource=""'
  expect(await metrics()).toContain(`apiserver_longrunning_requests{verb="WATCH",${labels}`)
  const text = await metrics()
  watch.close()
  for (const pattern of [
    /^apiserver_request_total\{verb="POST",dry_run="",.*resource="configmaps".*,code="201"\} 1$/m,
    /^apiserver_request_total\{verb="GET",dry_run="",.*resource="configmaps".*,code="404"\} 1$/m,
    /^apiserver_request_duration_seconds_count\{.*subresource="\/metrics".*\} 1$/m,
    /^apiserver_longrunning_requests\{.*resource="configmaps".*\} 1$/m,
    /^apiserver_current_inflight_requests\{request_kind="readOnly"\} 1$/m,
    /^apiserver_storage_objects\{resource="namespaces"\} 4$/m,
    /^process_resident_memory_bytes \d+$/m,
  ]) {
    expect(text).toMatch(pattern)
  }
  await vi.waitFor(async () => {
    expect(await metrics()).toMatch(
      /^apiserver_request_total\{verb="WATCH",.*resource="configmaps".*,code="200"\} 1$/m,
    )
  })
})

it('takes headers of nearly a megabyte, as the real server', async () => {
  const padding = Object.fromEntries(
    Array.from({ length: 9 }, (_, index) => [`x-padding-${index}`, 'x'.repeat(100_000)]),
  )
  expect(await client.get('/api/v1/namespaces/default', padding)).toMatchObject({ status: 200 })
  const tooMuch = { ...padding, 'x-more': 'x'.repeat(200_000) }
  const refused = await client.get('/api/v1/namespaces/default', tooMuch).catch(() => 'cut off')
  if (refused !== 'cut off') expect(refused).toMatchObject({ status: 431 })
})

it('compresses what is long, and indents what people read', async () => {
  const long = await client.get('/openapi/v2', { 'accept-encoding': 'gzip' })
  expect(long.headers).toMatchObject({ 'content-encoding': 'gzip', vary: 'Accept-Encoding' })
  const short = await client.get('/api/v1/namespaces/default', { 'accept-encoding': 'gzip' })
  expect(short.headers).not.toHaveProperty('content-encoding')
  const lengthOf = async (path: string, userAgent: string) =>
    Number((await client.get(path, { 'user-agent': userAgent })).headers['content-length'])
  const namespace = '/api/v1/namespaces/default'
  expect(await lengthOf(namespace, 'curl/8')).toBeGreaterThan(await lengthOf(namespace, 'kubectl'))
  expect(await lengthOf('/openapi/v2', 'curl/8')).toBe(await lengthOf('/openapi/v2', 'kubectl'))
  expect(await lengthOf('/version', 'curl/8')).toBe(await lengthOf('/version', 'kubectl'))
})

it('reads no body of who is not let in', async () => {
  const { port, hostname } = new URL(server.url)
  const answerTo = async (authorization: string) => {
    const socket = connect({ port: Number(port), host: hostname, ca: server.caCertificate })
    const head = ['POST /api/v1/namespaces/default/configmaps HTTP/1.1', 'host: server']
    const expects = ['content-length: 20', 'expect: 100-continue', authorization]
    socket.write(`${[...head, ...expects].join('\r\n')}\r\n\r\n`)
    const [answer] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    return answer.toString().slice(9, 12)
  }
  expect(await answerTo('x-nobody: 1')).toBe('403')
  expect(await answerTo('authorization: Bearer wrong')).toBe('401')
  expect(await answerTo(`authorization: Bearer ${server.adminToken}`)).toBe('100')
})

it('notices that a watcher has gone who has sent a body that nobody reads', async () => {
  const { port, hostname } = new URL(server.url)
  const socket = connect({ port: Number(port), host: hostname, ca: server.caCertificate })
  const lines = [
    'GET /api/v1/secrets?watch=1 HTTP/1.1',
    'host: server',
    `authorization: Bearer ${server.adminToken}`,
    'content-length: 1000000',
  ]
  socket.write(`${lines.join('\r\n')}\r\n\r\n${'x'.repeat(900_000)}`)
  await once(socket, 'data')
  const running = /^apiserver_longrunning_requests\{.*resource="secrets".*\} 1$/m
  expect(await metrics()).toMatch(running)
  socket.destroy()
  await vi.waitFor(async () => expect(await metrics()).not.toMatch(running))
})

it('refuses a body of more than 3 MiB', async () => {
  const tooLong = { ...configMap('long'), data: { a: 'x'.repeat(3 * 1024 * 1024) } }
  expect(await client.send('POST', configMaps, tooLong)).toMatchObject({
    status: 413,
    body: {
      reason: 'RequestEntityTooLarge',
      message: 'Request entity too large: limit is 3145728',
    },
  })
})

it('answers what takes too long with 504, and then writes no more', async () => {
  const { promise: asked, resolve: isAsked } = Promise.withResolvers<() => void>()
  const webhook = await startWebhook(({ body, response }) => {
    const { uid } = body['request'] as { uid: string }
    const review = { ...body, request: undefined, response: { uid, allowed: true } }
    isAsked(() => response.end(JSON.stringify(review)))
    return undefined
  })
  const configurations = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations'
  await client.send('POST', configurations, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'ValidatingWebhookConfiguration',
    metadata: { name: 'slow' },
    webhooks: [
      {
        name: 'slow.example.com',
        admissionReviewVersions: ['v1'],
        sideEffects: 'None',
        clientConfig: { url: webhook.url, caBundle: webhook.caBundle },
        rules: [
          {
            apiGroups: [''],
            apiVersions: ['v1'],
            resources: ['configmaps'],
            operations: ['CREATE'],
          },
        ],
      },
    ],
  })
  expect(await client.send('POST', `${configMaps}?timeout=50ms`, configMap('late'))).toMatchObject({
    status: 504,
    body: {
      reason: 'Timeout',
      message: 'Timeout: request did not complete within the allotted timeout',
    },
  })
  const answer = await asked
  answer()
  await vi.waitFor(async () => expect(await metrics()).toMatch(/"POST",.*,code="504"\} 1$/m))
  expect(await client.get(`${configMaps}/late`)).toMatchObject({ status: 404 })
  await client.send('DELETE', `${configurations}/slow`)
  await webhook.close()
})

it('refuses a timeout that is none', async () => {
  expect(await client.get(`${configMaps}?timeout=x`)).toMatchObject({
    status: 400,
    body: {
      message: 'invalid timeout specified in the request URL - time: invalid duration "x"',
    },
  })
})
