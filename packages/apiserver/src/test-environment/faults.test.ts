import { FakeClock } from '@fairlead/base/testing'
import type { KubernetesObject } from '@fairlead/kube-core'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

import { TestClient } from '../test-support/test-client.ts'
import { TestEnvironment } from './test-environment.ts'

const secrets = '/api/v1/namespaces/default/secrets'
const configMaps = '/api/v1/namespaces/default/configmaps'
const map = (name: string): KubernetesObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name },
})

const secret: KubernetesObject = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's' } }

describe('faults', () => {
  let clock: FakeClock
  let environment: TestEnvironment
  let client: TestClient

  beforeEach(async () => {
    clock = new FakeClock()
    environment = await TestEnvironment.start({ clock })
    client = new TestClient(environment.server)
  })

  afterEach(async () => {
    client.close()
    await environment.stop()
  })

  it('answer so many requests with an error, and only those that match', async () => {
    const { faults } = environment
    const fault = { type: 'status', code: 429, retryAfterSeconds: 2 } as const
    using injected = faults.inject({ verbs: ['create'], resource: 'configmaps', times: 2, fault })
    expect((await client.send('POST', secrets, secret)).status).toBe(201)
    const refused = await client.send('POST', configMaps, map('a'))
    expect(refused.headers['retry-after']).toBe('2')
    expect(refused).toMatchObject({
      status: 429,
      body: { kind: 'Status', reason: 'TooManyRequests', details: { retryAfterSeconds: 2 } },
    })
    expect((await client.send('POST', configMaps, map('a'))).status).toBe(429)
    expect((await client.send('POST', configMaps, map('a'))).status).toBe(201)
    expect(injected.hits).toBe(2)
  })

  it.each([
    [{ user: 'somebody' }, 200],
    [{ namespace: 'default', name: 'a' }, 503],
    [{ namespace: 'other' }, 200],
    [{ resource: 'configmaps.apps' }, 200],
    [{ subresource: '' }, 503],
    [{ subresource: 'status' }, 200],
    [{}, 503],
  ])('look at %j', async (match, status) => {
    await environment.install(map('a'))
    environment.faults.inject({ ...match, fault: { type: 'status', code: 503 } })
    expect((await client.get(`${configMaps}/a`)).status).toBe(status)
    environment.faults.clear()
    expect((await client.get(`${configMaps}/a`)).status).toBe(200)
  })

  it('delay by the clock of the environment', async () => {
    environment.faults.inject({ fault: { type: 'delay', ms: 30_000 }, times: 1 })
    let answered = false
    const answer = client.get(configMaps).then((got) => {
      answered = true
      return got
    })
    expect((await client.get(configMaps)).status).toBe(200)
    expect(answered).toBe(false)
    await clock.advance(30_000)
    expect((await answer).status).toBe(200)
  })

  it('break a connection before or after a request is handled', async () => {
    const { faults } = environment
    faults.inject({ verbs: ['create'], fault: { type: 'drop' }, times: 1 })
    await expect(client.send('POST', configMaps, map('a'))).rejects.toThrow()
    expect((await client.get(`${configMaps}/a`)).status).toBe(404)
    faults.inject({ verbs: ['create'], fault: { type: 'drop', handled: true }, times: 1 })
    await expect(client.send('POST', configMaps, map('a'))).rejects.toThrow()
    expect((await client.get(`${configMaps}/a`)).status).toBe(200)
  })

  it('end watches, and break their connections', async () => {
    const { faults } = environment
    const ended = await client.watch(`${configMaps}?watch=true`)
    const other = await client.watch(`${secrets}?watch=true`)
    expect(faults.endWatches({ resource: 'configmaps' })).toBe(1)
    await expect(ended.next()).rejects.toThrow('the watch has ended')
    expect(faults.dropWatches()).toBe(1)
    await expect(other.next()).rejects.toThrow()
    expect(faults.dropWatches()).toBe(0)
  })

  it('end a watch before the next change, which it does not send any more', async () => {
    const ended = await client.watch(`${configMaps}?watch=true`)
    environment.faults.endWatches()
    await environment.install(map('a'), map('b'))
    await expect(ended.next()).rejects.toThrow('the watch has ended')
  })

  it('do not see what the test itself asks for', async () => {
    environment.faults.inject({ fault: { type: 'hang' } })
    const [installed] = await environment.install(map('a'))
    expect(installed?.metadata.name).toBe('a')
  })
})
