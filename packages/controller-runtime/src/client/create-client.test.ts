import { ConfigMap, isConflict, isNotFound, StatusError } from '@fairlead/kube-core'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { DeadlineError } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { fixedCredentials } from '../kube-config/kube-config.ts'
import type { CredentialSource, KubeConfig } from '../kube-config/kube-config.ts'
import { createMetrics } from '../metrics/metrics.ts'
import { RecordingLogger } from '../testing/recording-logger.ts'
import {
  type Answer,
  endedWatch,
  hangUp,
  json,
  openWatch,
  plain,
  ScriptedServer,
} from '../testing/scripted-server.ts'
import type { Client } from './client.ts'
import { ConnectionError } from './connection-error.ts'
import { createClient } from './create-client.ts'
import type { ClientOptions } from './create-client.ts'

const key = { namespace: 'default', name: 'a' }
const path = '/api/v1/namespaces/default/configmaps'
const object: ConfigMap & { unknownField: unknown } = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { ...key, creationTimestamp: '2026-01-01T00:00:00Z', resourceVersion: '5' },
  unknownField: { survives: true },
}
const status = (code: number, reason: string) => ({
  kind: 'Status',
  apiVersion: 'v1',
  metadata: {},
  status: 'Failure',
  reason,
  message: `it is ${reason}`,
  code,
})

/** A header of Node.js that has the bytes of the text in UTF-8. */
const utf8 = (text: string) => Buffer.from(text).toString('latin1')

let server: ScriptedServer
let clients: { close(): Promise<void> }[]

beforeEach(async () => {
  server = await ScriptedServer.start()
  clients = []
})

afterEach(async () => {
  for (const client of clients) await client.close()
  await server[Symbol.asyncDispose]()
})

function connect(
  options: ClientOptions = {},
  credentials: CredentialSource = fixedCredentials({ authorization: 'Bearer secret' }),
  more: Partial<KubeConfig> = {},
): Client {
  const config = { server: server.url, tls: {}, credentials, ...more }
  const client = createClient(config, options)
  clients.push(client)
  return client
}

describe('the client', () => {
  it('reads an object as it is', async () => {
    server.calls.push(json(200, object))
    expect(await connect().get(ConfigMap, key)).toEqual(object)
    expect(server.requests[0]).toMatchObject({
      method: 'GET',
      path: `${path}/a`,
      headers: { authorization: 'Bearer secret', 'user-agent': 'fairlead-controller-runtime' },
    })
  })

  it('lists with its options and completes the kind of items', async () => {
    const { apiVersion: _, kind: __, ...bare } = object
    const list = {
      apiVersion: 'v1',
      kind: 'ConfigMapList',
      metadata: { continue: 't' },
      items: [bare],
    }
    server.calls.push(json(200, list))
    const page = await connect().list(ConfigMap, {
      namespace: 'default',
      labelSelector: 'app in (a, b)',
      limit: 5,
      continue: 'x=y',
    })
    expect(page.items).toEqual([object])
    expect(page.metadata.continue).toBe('t')
    const query = Object.fromEntries(server.requests[0]?.query ?? [])
    expect(query).toEqual({ labelSelector: 'app in (a, b)', limit: '5', continue: 'x=y' })
  })

  it.each([
    ['create', 'POST', path, undefined, (c: Client) => c.create(ConfigMap, object)],
    ['update', 'PUT', `${path}/a`, undefined, (c: Client) => c.update(ConfigMap, object)],
    [
      'status update',
      'PUT',
      `${path}/a/status`,
      undefined,
      (c: Client) => c.status.update(ConfigMap, object),
    ],
    [
      'json patch',
      'PATCH',
      `${path}/a`,
      'application/json-patch+json',
      (c: Client) => c.patch(ConfigMap, key, { type: 'json', body: [] }),
    ],
    [
      'merge patch',
      'PATCH',
      `${path}/a`,
      'application/merge-patch+json',
      (c: Client) => c.patch(ConfigMap, key, { type: 'merge', body: {} }),
    ],
    [
      'status patch',
      'PATCH',
      `${path}/a/status`,
      'application/merge-patch+json',
      (c: Client) => c.status.patch(ConfigMap, key, { type: 'merge', body: {} }),
    ],
    [
      'strategic patch',
      'PATCH',
      `${path}/a`,
      'application/strategic-merge-patch+json',
      (c: Client) => c.patch(ConfigMap, key, { type: 'strategic', body: {} }),
    ],
    [
      'apply',
      'PATCH',
      `${path}/a`,
      'application/apply-patch+yaml',
      (c: Client) => c.apply(ConfigMap, object, { fieldManager: 'me' }),
    ],
    [
      'status apply',
      'PATCH',
      `${path}/a/status`,
      'application/apply-patch+yaml',
      (c: Client) => c.status.apply(ConfigMap, object, { fieldManager: 'me' }),
    ],
  ])('sends %s', async (_, method, where, contentType, act) => {
    server.calls.push(json(200, object))
    expect(await act(connect({ fieldManager: 'me' }))).toEqual(object)
    const request = server.requests[0]
    expect(request).toMatchObject({ method, path: where })
    expect(request?.headers['content-type']).toBe(contentType ?? 'application/json')
    expect(request?.query.get('fieldManager')).toBe('me')
  })

  it('applies with force and dry run only when asked', async () => {
    server.calls.push(json(200, object), json(200, object))
    const client = connect()
    await client.apply(ConfigMap, object, { fieldManager: 'me', force: true, dryRun: true })
    await client.apply(ConfigMap, object, { fieldManager: 'me' })
    const queries = server.requests.map(({ query }) => query.toString())
    expect(queries).toEqual(['fieldManager=me&dryRun=All&force=true', 'fieldManager=me'])
  })

  it('deletes with preconditions and propagation', async () => {
    server.calls.push(json(200, { ...status(200, ''), status: 'Success' }))
    await connect().delete(ConfigMap, key, {
      propagationPolicy: 'Foreground',
      preconditions: { uid: 'u' },
    })
    expect(server.requests[0]?.method).toBe('DELETE')
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({
      kind: 'DeleteOptions',
      propagationPolicy: 'Foreground',
      preconditions: { uid: 'u' },
    })
  })

  it('deletes what selectors match in a namespace', async () => {
    server.calls.push(json(200, { kind: 'ConfigMapList', items: [] }))
    await connect().deleteAllOf(ConfigMap, {
      namespace: 'default',
      labelSelector: 'app=x',
      propagationPolicy: 'Background',
    })
    expect(server.requests[0]).toMatchObject({ method: 'DELETE', path })
    expect(server.requests[0]?.query.toString()).toBe('labelSelector=app%3Dx')
    expect(JSON.parse(server.requests[0]?.body ?? '')).toMatchObject({
      propagationPolicy: 'Background',
    })
  })

  it('refuses to address a collection by accident', async () => {
    const client = connect()
    await expect(client.deleteAllOf(ConfigMap)).rejects.toThrow(TypeError)
    await expect(client.deleteAllOf(ConfigMap, { namespace: '' })).rejects.toThrow(TypeError)
    await expect(client.delete(ConfigMap, { namespace: 'default', name: '' })).rejects.toThrow(
      TypeError,
    )
    await expect(client.get(ConfigMap, { name: 'a' })).rejects.toThrow(TypeError)
    expect(server.requests).toEqual([])
  })
})

describe('errors', () => {
  it('are the Status that the server sent', async () => {
    server.calls.push(json(409, status(409, 'Conflict')))
    const error: unknown = await connect()
      .update(ConfigMap, object)
      .catch((e: unknown) => e)
    expect(isConflict(error)).toBe(true)
    expect((error as StatusError).message).toBe('it is Conflict')
  })

  it.each([
    [404, 'NotFound'],
    [401, 'Unauthorized'],
    [429, 'TooManyRequests'],
    [410, 'Expired'],
    [502, 'InternalError'],
    [418, 'Unknown'],
  ])('are made from status %i when the body is something else', async (code, reason) => {
    server.calls.push(plain(code, '<html>no</html>'), plain(code, '<html>no</html>'))
    const error: unknown = await connect()
      .get(ConfigMap, key)
      .catch((e: unknown) => e)
    expect(error).toBeInstanceOf(StatusError)
    expect(error).toMatchObject({ code, reason })
    expect(JSON.stringify((error as StatusError).status)).toContain('<html>no</html>')
  })

  it('say that the server cannot be reached', async () => {
    await server[Symbol.asyncDispose]()
    const error: unknown = await connect()
      .get(ConfigMap, key)
      .catch((e: unknown) => e)
    expect(error).toBeInstanceOf(ConnectionError)
    expect((error as Error).message).toContain('ECONNREFUSED')
    server = await ScriptedServer.start()
  })

  it('say that an answer is not JSON', async () => {
    server.calls.push(plain(200, 'hello'))
    await expect(connect().get(ConfigMap, key)).rejects.toThrow(ConnectionError)
  })

  it('never contain the credentials', async () => {
    server.calls.push(hangUp)
    const error: unknown = await connect()
      .create(ConfigMap, object)
      .catch((e: unknown) => e)
    expect(error).toBeInstanceOf(ConnectionError)
    expect(String((error as Error).stack)).not.toContain('secret')
  })
})

describe('trying again', () => {
  it.each([429, 500, 503, 504])('happens on %i with Retry-After', async (code) => {
    const busy = plain(code, 'busy', { 'retry-after': '0' })
    server.calls.push(busy, busy, json(200, object))
    const metrics = createMetrics()
    await connect({ metrics }).create(ConfigMap, object)
    expect(server.requests).toHaveLength(3)
    const text = await metrics.registry.metrics()
    const host = new URL(server.url).host
    expect(text).toContain(
      `rest_client_requests_total{code="${code}",method="POST",host="${host}"} 2`,
    )
    expect(text).toContain(
      `rest_client_request_retries_total{verb="POST",host="${host}",code="${code}"} 2`,
    )
  })

  it('happens at the date that Retry-After names, seen from the wall clock', async () => {
    const clock = new FakeClock()
    const date = new Date(clock.now() + 20_000).toUTCString()
    server.calls.push(plain(503, 'busy', { 'retry-after': date }), json(200, object))
    const answer = connect({ clock }).get(ConfigMap, key)
    await clock.timerOf(20_000)
    expect(server.requests).toHaveLength(1)
    await clock.advance(20_000)
    expect(await answer).toEqual(object)
  })

  it('happens ten times and then gives the error', async () => {
    for (let index = 0; index < 20; index += 1) {
      server.calls.push(plain(429, 'busy', { 'retry-after': '0' }))
    }
    await expect(connect().get(ConfigMap, key)).rejects.toMatchObject({ code: 429 })
    expect(server.requests).toHaveLength(11)
  })

  it.each([
    ['no Retry-After', plain(503, 'busy')],
    ['another error', plain(409, 'no', { 'retry-after': '0' })],
  ])('does not happen on %s', async (_, answer) => {
    server.calls.push(answer)
    await expect(connect().get(ConfigMap, key)).rejects.toBeInstanceOf(StatusError)
    expect(server.requests).toHaveLength(1)
  })

  it('happens for a read whose connection broke, not for a write', async () => {
    server.calls.push(hangUp, json(200, object), hangUp)
    const client = connect()
    expect(await client.get(ConfigMap, key)).toEqual(object)
    await expect(client.create(ConfigMap, object)).rejects.toBeInstanceOf(ConnectionError)
    expect(server.requests).toHaveLength(3)
  })

  it('happens once after a 401, with new credentials', async () => {
    const tokens = ['old', 'new', 'newer']
    let invalidated = 0
    const credentials: CredentialSource = {
      current: () => Promise.resolve({ authorization: `Bearer ${tokens[invalidated]}` }),
      invalidate: () => void (invalidated += 1),
    }
    server.calls.push(plain(401, ''), json(200, object), plain(401, ''), plain(401, ''))
    const client = connect({}, credentials)
    expect(await client.get(ConfigMap, key)).toEqual(object)
    await expect(client.get(ConfigMap, key)).rejects.toMatchObject({ code: 401 })
    const sent = server.requests.map(({ headers }) => headers.authorization)
    expect(sent).toEqual(['Bearer old', 'Bearer new', 'Bearer new', 'Bearer newer'])
  })
})

describe('warnings of the server', () => {
  const warned = (...warnings: readonly string[]): Answer => {
    return (response, request) => {
      for (const text of warnings) response.appendHeader('warning', utf8(text))
      json(200, object)(response, request)
    }
  }

  it('are logged once each', async () => {
    const logger = new RecordingLogger()
    const text = '299 - "v1beta1 is \\"old\\", use v1"'
    server.calls.push(warned(text), warned(text, '299 - "another", 110 - "stale"'), warned(text))
    const client = connect({ logger })
    for (let index = 0; index < 3; index += 1) await client.update(ConfigMap, object)
    expect(logger.lines).toEqual([
      {
        level: 'warn',
        fields: { request: `PUT ${path}/a` },
        message: 'v1beta1 is "old", use v1',
      },
      { level: 'warn', fields: { request: `PUT ${path}/a` }, message: 'another' },
    ])
  })

  it('go to the handler, each time', async () => {
    const heard: string[] = []
    server.calls.push(warned('299 k8s "a, b", 299 - "ü"'), warned('299 k8s "a, b"'))
    const client = connect({ onWarning: ({ text }) => void heard.push(text) })
    await client.get(ConfigMap, key)
    await client.get(ConfigMap, key)
    expect(heard).toEqual(['a, b', 'ü', 'a, b'])
  })
})

describe('a limit of the rate', () => {
  it('lets a burst through and spaces the rest, watches too', async () => {
    const clock = new FakeClock()
    for (let index = 0; index < 3; index += 1) server.calls.push(json(200, object))
    const client = connect({ clock, rateLimit: { qps: 10, burst: 2 } })
    await client.get(ConfigMap, key)
    await client.get(ConfigMap, key)
    const third = client.get(ConfigMap, key)
    const watch = client.watch(ConfigMap)[Symbol.asyncIterator]()
    const watching = watch.next().catch(() => {})
    await clock.timerOf(100)
    await clock.timerOf(200)
    expect(server.requests).toHaveLength(2)
    await clock.advance(100)
    await third
    expect(server.requests).toHaveLength(3)
    await clock.advance(100)
    await vi.waitFor(() => expect(server.watchRequests).toHaveLength(1))
    for (const one of clients.splice(0)) await one.close()
    await watching
  })

  it('must be one', () => {
    expect(() => connect({ rateLimit: { qps: 0, burst: 1 } })).toThrow('qps above 0')
  })
})

describe('compression', () => {
  const compressed: Answer = (response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
    response.end(gzipSync(JSON.stringify(object)))
  }
  const asked = () => server.requests.map(({ headers }) => headers['accept-encoding'])

  it('is asked for if the server is elsewhere, but not of watches', async () => {
    server.calls.push(compressed)
    const client = connect({}, fixedCredentials({}), { compression: true })
    expect(await client.get(ConfigMap, key)).toEqual(object)
    server.watches.push(endedWatch({ type: 'ADDED', object }))
    for await (const event of client.watch(ConfigMap)) expect(event.object).toEqual(object)
    expect(asked()).toEqual(['gzip', undefined])
  })

  it('is not asked for on this machine', async () => {
    server.calls.push(json(200, object))
    await connect().get(ConfigMap, key)
    expect(asked()).toEqual([undefined])
  })

  it('that is cut off or wrong is a broken connection', async () => {
    const wrong = plain(200, 'no gzip', { 'content-encoding': 'gzip' })
    server.calls.push(wrong)
    const client = connect({}, fixedCredentials({}), { compression: true })
    await expect(client.create(ConfigMap, object)).rejects.toBeInstanceOf(ConnectionError)
  })
})

describe('impersonation', () => {
  it('is in the headers of every request', async () => {
    server.calls.push(json(200, object))
    const impersonate = {
      user: 'jürgen',
      uid: '7',
      groups: ['a', 'b'],
      extra: { 'example.com/scope': ['x', 'y'] },
    }
    await connect({}, fixedCredentials({}), { impersonate }).get(ConfigMap, key)
    const headers = server.requests[0]?.headers ?? {}
    expect(headers['impersonate-user']).toBe(utf8('jürgen'))
    expect(headers).toMatchObject({
      'impersonate-uid': '7',
      'impersonate-group': 'a, b',
      'impersonate-extra-example.com%2fscope': 'x, y',
    })
  })
})

describe('deadlines', () => {
  it('end a call that the server does not answer', async () => {
    server.calls.push(() => {})
    await expect(connect({ timeoutMs: 20 }).get(ConfigMap, key)).rejects.toBeInstanceOf(
      DeadlineError,
    )
  })

  it('end a call whose answer does not end', async () => {
    server.calls.push((response) => void response.write('{'))
    const call = connect().get(ConfigMap, key, { timeoutMs: 20 })
    await expect(call).rejects.toBeInstanceOf(DeadlineError)
  })

  it('end the waiting for Retry-After', async () => {
    server.calls.push(plain(429, '', { 'retry-after': '20' }))
    await expect(connect({ timeoutMs: 50 }).get(ConfigMap, key)).rejects.toBeInstanceOf(
      DeadlineError,
    )
  })

  it('give way to the signal of the caller', async () => {
    server.calls.push(() => {})
    const controller = new AbortController()
    const call = connect().get(ConfigMap, key, { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(call).rejects.toThrow('enough')
  })
})

describe('a watch', () => {
  it('gives events as they come and ends its request when it is left', async () => {
    const event = { type: 'ADDED', object }
    let closed: Promise<unknown> = Promise.resolve()
    server.watches.push((response, request) => {
      closed = new Promise((resolve) => response.once('close', resolve))
      openWatch(event, event)(response, request)
    })
    const options = { resourceVersion: '4', allowWatchBookmarks: true, timeoutSeconds: 300 }
    for await (const seen of connect().watch(ConfigMap, options)) {
      expect(seen).toEqual(event)
      break
    }
    await closed
    expect(server.requests[0]?.path).toBe('/api/v1/configmaps')
    expect(Object.fromEntries(server.requests[0]?.query ?? [])).toEqual({
      watch: 'true',
      resourceVersion: '4',
      allowWatchBookmarks: 'true',
      timeoutSeconds: '300',
    })
  })

  it('fails with the Status when it is refused', async () => {
    server.watches.push(json(404, status(404, 'NotFound')))
    const watching = connect().watch(ConfigMap)[Symbol.asyncIterator]().next()
    expect(isNotFound(await watching.catch((e: unknown) => e))).toBe(true)
  })

  it('fails when the connection breaks', async () => {
    server.watches.push((response, request) => {
      openWatch()(response, request)
      setImmediate(() => response.socket?.destroy())
    })
    const watching = connect().watch(ConfigMap)[Symbol.asyncIterator]().next()
    await expect(watching).rejects.toBeInstanceOf(ConnectionError)
  })
})
