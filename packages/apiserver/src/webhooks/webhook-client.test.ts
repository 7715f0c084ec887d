import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

import { systemClock } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { startWebhook, type Asked, type WebhookServer } from '../test-support/webhook-server.ts'
import { parseClientConfig } from './client-config.ts'
import { WebhookClient } from './webhook-client.ts'

const unresolved = () => {
  throw new Error('service "hook" not found')
}
const client = new WebhookClient({ clock: systemClock, resolveService: unresolved })
let answer: (asked: Asked) => unknown = ({ body }) => body
let webhook: WebhookServer

beforeAll(async () => {
  webhook = await startWebhook((asked) => answer(asked))
})
afterAll(async () => {
  client.close()
  await webhook.close()
})

const config = (changes = {}) =>
  parseClientConfig({ url: `${webhook.url}/x/`, caBundle: webhook.caBundle, ...changes })
const call = (changes = {}, timeoutMs = 5000) => client.call(config(changes), { a: 1 }, timeoutMs)

test('posts JSON with the deadline, and answers JSON over a connection that is kept', async () => {
  let path: string | undefined
  answer = ({ body, request }) => {
    path = request.url
    return { got: body, type: request.headers['content-type'] }
  }
  const before = webhook.connections
  expect(await call({}, 1500)).toEqual({ got: { a: 1 }, type: 'application/json' })
  expect(path).toBe('/x?timeout=2s')
  await call()
  expect(webhook.connections - before).toBeLessThanOrEqual(1)
})

test('replaces a connection that the webhook has closed meanwhile', async () => {
  answer = ({ response }) => void response.writeHead(200, { connection: 'keep-alive' }).end('{}')
  await call()
  const { promise, resolve } = Promise.withResolvers<void>()
  let first = true
  answer = ({ request }) => {
    if (!first) return {}
    first = false
    request.socket.once('close', resolve).destroy()
    return undefined
  }
  expect(await call()).toEqual({})
  await promise
})

test('trusts the certificate of the webhook itself where the bundle has only that', async () => {
  answer = () => ({ trusted: true })
  const caBundle = Buffer.from(webhook.certificate).toString('base64')
  expect(await call({ caBundle })).toEqual({ trusted: true })
})

test('says why a webhook cannot be reached', async () => {
  await expect(call({ url: 'https://127.0.0.1:1/x' }, 1000)).rejects.toThrow(
    'Post "https://127.0.0.1:1/x?timeout=1s": dial tcp 127.0.0.1:1: connect: connection refused',
  )
  await expect(call({ caBundle: undefined })).rejects.toThrow(
    'tls: failed to verify certificate: x509: certificate signed by unknown authority',
  )
  await expect(call({ url: `https://localhost:${webhook.port}/` })).rejects.toThrow(
    'tls: failed to verify certificate: x509: certificate is valid for 127.0.0.1, not localhost',
  )
})

test('says so when the other side speaks no TLS', async () => {
  const plain = createServer()
  const listening = Promise.withResolvers<void>()
  plain.listen(0, '127.0.0.1', listening.resolve)
  await listening.promise
  const { port } = plain.address() as AddressInfo
  await expect(call({ url: `https://127.0.0.1:${port}/` })).rejects.toThrow(
    'tls: first record does not look like a TLS handshake',
  )
  plain.close()
})

test('gives up at the deadline', async () => {
  const clock = new FakeClock()
  const patient = new WebhookClient({ clock, resolveService: unresolved })
  const arrived = Promise.withResolvers<void>()
  answer = () => arrived.resolve()
  const late = patient.call(config(), {}, 3000)
  const refused = expect(late).rejects.toThrow(
    `Post "${webhook.url}/x?timeout=3s": context deadline exceeded`,
  )
  await arrived.promise
  await clock.advance(3000)
  await refused
  expect(clock.pendingTimers).toBe(0)
  patient.close()
})

test('names the code of an answer that is not 2xx', async () => {
  const says = (code: number, body: string, type?: string) => {
    answer = ({ response }) =>
      void response.writeHead(code, type ? { 'content-type': type } : {}).end(body)
    return call()
  }
  await expect(says(500, 'boom\n', 'text/plain')).rejects.toThrow(
    'an error on the server ("boom") has prevented the request from succeeding',
  )
  await expect(says(404, '')).rejects.toThrow('the server could not find the requested resource')
  await expect(says(302, '')).rejects.toThrow(
    'the server responded with the status code 302 but did not return more information',
  )
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', message: 'no' }
  await expect(says(500, JSON.stringify(status))).rejects.toThrow(/^no$/)
  await expect(says(200, '', 'text/html')).rejects.toThrow(
    '0-length response with status code: 200 and content type: text/html',
  )
  await expect(says(200, '<html>')).rejects.toThrow("couldn't get version/kind; json parse error")
})

test('reads no more of an answer than it must', async () => {
  answer = ({ response }) => void response.writeHead(200).end(Buffer.alloc(17 * 1024 * 1024, ' '))
  await expect(call()).rejects.toThrow('the answer is longer than 16777216 bytes')
})

test('reaches a Service where the resolver says, by the name that its certificate is for', async () => {
  const inCluster = await startWebhook(
    ({ request }) => ({ host: request.headers.host }),
    ['hook.system.svc'],
  )
  const resolving = new WebhookClient({
    clock: systemClock,
    resolveService: () => ({ host: '127.0.0.1', port: inCluster.port }),
  })
  const service = { namespace: 'system', name: 'hook', path: '/validate' }
  const where = parseClientConfig({ service, caBundle: inCluster.caBundle })
  expect(await resolving.call(where, {}, 5000)).toEqual({ host: 'hook.system.svc:443' })
  await expect(client.call(where, {}, 5000)).rejects.toThrow(
    'Post "https://hook.system.svc:443/validate?timeout=5s": service "hook" not found',
  )
  resolving.close()
  await inCluster.close()
})

test('asks webhooks of Services in the process, if somebody answers them', async () => {
  const asked: object[] = []
  let answers: Promise<object> | undefined
  const local = new WebhookClient({
    clock: systemClock,
    resolveService: unresolved,
    localWebhooks: ({ namespace, name, path }, review) => {
      asked.push({ namespace, name, path, review })
      return answers
    },
  })
  const service = { namespace: 'system', name: 'hook', path: '/validate' }
  const question = { a: { b: 1 } }
  const ask = () => local.call(parseClientConfig({ service }), question, 5000)
  const given = { said: 'yes' }
  answers = Promise.resolve(given)
  const answered = await ask()
  expect(answered).toEqual(given)
  // Neither side sees the other's objects.
  expect(answered).not.toBe(given)
  expect(asked).toEqual([{ ...service, review: question }])
  expect((asked[0] as { review: unknown }).review).not.toBe(question)
  answers = Promise.reject(new Error('no webhook is registered at /validate'))
  await expect(ask()).rejects.toThrow(
    'Post "https://hook.system.svc:443/validate?timeout=5s": no webhook is registered at /validate',
  )
  answers = undefined
  await expect(ask()).rejects.toThrow('service "hook" not found')
  local.close()
})
