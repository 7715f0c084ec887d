import { ConfigMap } from '@fairlead/kube-core'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { fixedCredentials } from '../kube-config/kube-config.ts'
import { json, plain, ScriptedServer } from '../testing/scripted-server.ts'
import { createClient } from './create-client.ts'
import type { WriteFence } from './write-fence.ts'

class ClosableFence implements WriteFence {
  readonly #closing = new AbortController()
  isClosed = false
  checks = 0

  get signal(): AbortSignal {
    return this.#closing.signal
  }

  check(): void {
    this.checks += 1
    if (this.isClosed) throw new Error('the fence is closed')
  }

  abort(): void {
    this.isClosed = true
    this.#closing.abort(new Error('the fence is closed'))
  }
}

const key = { namespace: 'default', name: 'a' }
const object: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: key }

let server: ScriptedServer
let fence: ClosableFence
let client: ReturnType<typeof createClient>

beforeEach(async () => {
  server = await ScriptedServer.start()
  fence = new ClosableFence()
  client = createClient(
    { server: server.url, tls: {}, credentials: fixedCredentials({}) },
    { fence },
  )
})

afterEach(async () => {
  await client.close()
  await server[Symbol.asyncDispose]()
})

it('sends no write when the fence closed while it waited for a connection', async () => {
  const writing = client.create(ConfigMap, object)
  // Nothing tells of it: the thread may have been blocked, or the process frozen.
  fence.isClosed = true
  await expect(writing).rejects.toThrow('the fence is closed')
  expect(server.requests).toEqual([])
  expect(fence.checks).toBeGreaterThan(0)
})

it.each([
  ['create', () => client.create(ConfigMap, object)],
  ['update', () => client.update(ConfigMap, object)],
  ['patch', () => client.patch(ConfigMap, key, { type: 'merge', body: {} })],
  ['apply', () => client.apply(ConfigMap, object, { fieldManager: 'm' })],
  ['delete', () => client.delete(ConfigMap, key)],
  ['update of the status', () => client.status.update(ConfigMap, object)],
])('refuses a %s when closed, and lets it pass before', async (_, write) => {
  server.calls.push(json(200, object), json(200, object))
  await write()
  fence.isClosed = true
  await expect(write()).rejects.toThrow('the fence is closed')
  expect(server.requests).toHaveLength(1)
  // Reads go on: they change nothing.
  expect(await client.get(ConfigMap, key)).toEqual(object)
})

it('asks again before a retry', async () => {
  server.calls.push((response, request) => {
    fence.isClosed = true
    plain(429, 'later', { 'retry-after': '0' })(response, request)
  })
  await expect(client.create(ConfigMap, object)).rejects.toThrow('the fence is closed')
  expect(server.requests).toHaveLength(1)
})

it('aborts a write on its way when the fence closes', async () => {
  server.calls.push(() => fence.abort())
  await expect(client.create(ConfigMap, object)).rejects.toThrow('the fence is closed')
  expect(server.requests).toHaveLength(1)
})
