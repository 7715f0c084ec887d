import { Deployment } from '@fairlead/kube-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { rememberingClient } from '../cache/remembering-client.ts'
import { fixedCredentials } from '../kube-config/kube-config.ts'
import { json, ScriptedServer } from '../testing/scripted-server.ts'
import { walkVerbs } from '../testing/walk-verbs.ts'
import { createClient } from './create-client.ts'
import { dryRunClient } from './dry-run-client.ts'
import { fencedClient } from './fenced-client.ts'
import { interceptedClient } from './intercepted-client.ts'
import { namespacedClient } from './namespaced-client.ts'
import type { WriteFence } from './write-fence.ts'

/** The verbs that change nothing; whatever else a client can do is a write. */
const reads = ['get', 'list', 'subresource.get', 'subresource.stream']
const all = [
  'get',
  'list',
  'create',
  'delete',
  'deleteAllOf',
  'update',
  'patch',
  'apply',
  'status.update',
  'status.patch',
  'status.apply',
  'subresource.get',
  'subresource.create',
  'subresource.update',
  'subresource.patch',
  'subresource.apply',
  'subresource.stream',
  'subresource.connect',
]
const writes = all.filter((name) => !reads.includes(name))

const stored = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'default', name: 'a', uid: 'u', resourceVersion: '7' },
  items: [],
}

const closed: WriteFence = {
  signal: new AbortController().signal,
  check: () => {
    throw new Error('the fence is closed')
  },
}

let server: ScriptedServer
let client: ReturnType<typeof createClient>

beforeEach(async () => {
  server = await ScriptedServer.start()
  server.calls.push(...all.map(() => json(200, stored)))
  client = connect()
})

afterEach(async () => {
  await client.close()
  await server[Symbol.asyncDispose]()
})

function connect(fence?: WriteFence): ReturnType<typeof createClient> {
  const config = { server: server.url, tls: {}, credentials: fixedCredentials({}) }
  return createClient(config, fence === undefined ? {} : { fence })
}

it('has these verbs', () => {
  expect(walkVerbs(client).map(({ name }) => name)).toEqual(all)
})

it('has every verb behind memory, fence and decorators too, with the same request', async () => {
  for (const { call } of walkVerbs(client)) await call().catch(isNoWebSocket)
  const direct = server.requests.splice(0)
  server.calls.push(...all.map(() => json(200, stored)))
  const memory = { remember: () => {}, rememberDeletion: () => {} }
  const open: WriteFence = { signal: closed.signal, check: () => {} }
  const decorated = interceptedClient(namespacedClient(client, 'default'), {})
  const wrapped = rememberingClient(fencedClient(decorated, open), memory)
  for (const { call } of walkVerbs(wrapped)) await call().catch(isNoWebSocket)
  const plain = ({ method, path, query, body }: (typeof direct)[number]) =>
    `${method} ${path}?${query.toString()} ${body}`
  expect(server.requests.map(plain)).toEqual(direct.map(plain))
})

it.each(['createClient', 'fencedClient'])('fences every write of %s', async (maker) => {
  await using fenced = closing(connect(maker === 'createClient' ? closed : undefined))
  const made = maker === 'createClient' ? fenced.client : fencedClient(fenced.client, closed)
  const refused: string[] = []
  for (const { name, call } of walkVerbs(made)) {
    await call().catch((error: unknown) => {
      expect(String(error)).toContain('the fence is closed')
      refused.push(name)
    })
  }
  expect(refused).toEqual(writes)
  expect(server.requests.every(({ method }) => method === 'GET')).toBe(true)
})

it('makes a dry run of every write', async () => {
  for (const { name, call } of walkVerbs(dryRunClient(client))) {
    if (name === 'subresource.connect') await expect(call()).rejects.toThrow('impossible')
    else await call()
  }
  const isDry = ({ query, body }: (typeof server.requests)[number]) =>
    query.get('dryRun') === 'All' || body.includes('"dryRun":["All"]')
  const isRead = ({ method }: { method: string }) => method === 'GET'
  expect(server.requests.map(isDry)).toEqual(server.requests.map((request) => !isRead(request)))
  expect(server.requests).toHaveLength(all.length - 1)
})

it('remembers what every write answers', async () => {
  const remembered: string[] = []
  let current = ''
  const memory = {
    remember: () => void remembered.push(current),
    rememberDeletion: () => void remembered.push(current),
  }
  for (const { name, call } of walkVerbs(rememberingClient(client, memory))) {
    current = name
    await call().catch(isNoWebSocket)
  }
  // Of what is deleted by selector, and of what goes through a WebSocket, no object is answered.
  const unanswered = ['deleteAllOf', 'subresource.connect']
  expect(remembered).toEqual(writes.filter((name) => !unanswered.includes(name)))
})

it('does not take the form of a subresource for the object', async () => {
  const scale = { ...stored, apiVersion: 'autoscaling/v1', kind: 'Scale' }
  server.calls.unshift(json(200, scale))
  const remembered: unknown[] = []
  const memory = {
    remember: (_type: unknown, object: unknown) => void remembered.push(object),
    rememberDeletion: () => {},
  }

  const key = { namespace: 'default', name: 'a' }
  await rememberingClient(client, memory)
    .subresource('scale')
    .patch(Deployment, key, { type: 'merge', body: { spec: { replicas: 3 } } })
  expect(remembered).toEqual([])
})

/** The scripted server knows no WebSockets. */
function isNoWebSocket(error: unknown): void {
  expect(String(error)).toContain('does not know WebSockets')
}

function closing(made: ReturnType<typeof createClient>) {
  return { client: made, [Symbol.asyncDispose]: () => made.close() }
}
