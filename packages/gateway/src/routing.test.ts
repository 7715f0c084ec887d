import { describe, expect, it } from 'vitest'
import {
  limits,
  consumerOf,
  routeOf,
  simulatorOf,
  type SnapshotParts,
} from './test-support/snapshot.ts'
import { testGateway } from './test-support/test-gateway.ts'

describe('the first route that matches', () => {
  const providers = ['one', 'two', 'three'].map((name) => simulatorOf(name))
  const parts: SnapshotParts = {
    gateway: { auth: 'Required', defaultProviders: ['default/three'] },
    providers,
    consumers: [consumerOf('plain'), consumerOf('cfo', { groups: ['finance'] })],
    routes: [
      routeOf('long', [{ provider: 'one' }], { match: { inputTokens: { min: 100, max: 200 } } }),
      routeOf('gold', [{ provider: 'one', model: 'gold-model' }], {
        match: { headers: [{ name: 'x-tier', value: 'gold' }] },
      }),
      routeOf('finance', [{ provider: 'two' }], { match: { groups: ['finance'] } }),
      routeOf('named', [{ provider: 'one' }], { match: { consumers: ['cfo'], models: ['x'] } }),
      routeOf('prefix', [{ provider: 'two' }], { match: { models: ['gpt-*', 'exact'] } }),
      routeOf('empty', [], { match: { models: ['void'] } }),
    ],
  }

  it.each<[string, string, Record<string, string>, string, string]>([
    ['by header', 'any', { 'x-tier': 'gold' }, 'policy/gold', 'gold-model'],
    ['by header, before others', 'gpt-5', { 'x-tier': 'gold' }, 'policy/gold', 'gold-model'],
    ['by prefix', 'gpt-5', {}, 'policy/prefix', 'gpt-5'],
    ['by name', 'exact', {}, 'policy/prefix', 'exact'],
    ['not by half a name', 'exact-not', {}, 'default', 'exact-not'],
    ['by group', 'any', { 'x-api-key': 'cfo' }, 'policy/finance', 'any'],
    ['none: the default providers', 'any', {}, 'default', 'any'],
  ])('%s', async (_name, model, headers, route, upstreamModel) => {
    const gateway = await testGateway({ ...parts, secrets: { plain: 'plain', cfo: 'cfo' } })
    const response = await gateway.chat(
      { model, messages: [{ role: 'user', content: 'hi' }] },
      { 'x-api-key': 'plain', ...headers },
    )
    expect(response.status).toBe(200)
    expect(response.headers.get('x-fairlead-route')).toBe(route)
    expect(response.headers.get('x-fairlead-model')).toBe(upstreamModel)
  })

  it.each([
    [396, 'default'],
    [397, 'policy/long'],
    [800, 'policy/long'],
    [801, 'default'],
  ])('with %d characters is found by length: %s', async (length, route) => {
    const gateway = await testGateway({ ...parts, secrets: { plain: 'plain' } })
    const messages = [{ role: 'user', content: 'x'.repeat(length) }]
    const response = await gateway.chat({ model: 'any', messages }, { 'x-api-key': 'plain' })
    expect(response.headers.get('x-fairlead-route')).toBe(route)
  })

  it('a route without a usable target is a 503', async () => {
    const gateway = await testGateway({ ...parts, secrets: { plain: 'plain' } })
    const response = await gateway.chat(
      { model: 'void', messages: [{ role: 'user', content: 'hi' }] },
      { 'x-api-key': 'plain' },
    )
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ error: { code: 'no_targets' } })
  })

  it('a new snapshot decides the next call', async () => {
    const { snapshotOf } = await import('./test-support/snapshot.ts')
    const gateway = await testGateway({ providers, secrets: {} })
    const provider = async () =>
      (await gateway.chat({ model: 'm', messages: [{ role: 'user', content: 'hi' }] })).headers.get(
        'x-fairlead-provider',
      )
    expect(await provider()).toBe('default/one')
    gateway.snapshots.set(
      snapshotOf({
        hash: 'sha256:next',
        providers,
        gateway: { defaultProviders: ['default/two'] },
      }),
    )
    expect(await provider()).toBe('default/two')
    expect(gateway.report().configHash).toBe('sha256:next')
  })
})

describe('limits', () => {
  it('calls beyond the limit get 503 with Retry-After', async () => {
    const gateway = await testGateway({
      gateway: {
        limits: {
          ...limits,
          maxRequestBytes: 10_000,
          requestTimeoutMs: 5000,
          firstTokenTimeoutMs: 5000,
          maxMessages: 10_000,
          maxTools: 1024,
          maxDepth: 128,
          maxConcurrentRequests: 1,
        },
      },
      providers: [simulatorOf('slow', { latencyMs: 60_000 })],
    })
    const controller = new AbortController()
    const call = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }
    const first = fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(call),
      signal: controller.signal,
    }).catch(() => undefined)
    const inFlight = async () =>
      (await gateway.registry.metrics()).includes('fairlead_gateway_in_flight_requests 1')
    while (!(await inFlight())) await new Promise((resolve) => setImmediate(resolve))
    const second = await gateway.chat(call)
    expect(second.status).toBe(503)
    expect(second.headers.get('retry-after')).toBe('1')
    expect(await second.json()).toMatchObject({ error: { code: 'too_many_concurrent_requests' } })
    controller.abort()
    await first
  })
})

describe('metrics', () => {
  it('carry the names of OpenTelemetry and bounded labels', async () => {
    const model = {
      name: 'known',
      aliases: [],
      contextWindow: undefined,
      maxOutputTokens: undefined,
      capabilities: [],
    }
    const gateway = await testGateway({
      providers: [simulatorOf('simulator'), { ...simulatorOf('named'), models: [model] }],
    })
    for (const name of ['known', 'x1', 'x2']) {
      const call = { model: name, messages: [{ role: 'user', content: 'hi' }] }
      await (await gateway.chat(call)).text()
    }
    const text = await gateway.registry.metrics()
    expect(text).toMatch(
      /gen_ai_client_token_usage_count\{provider="default\/simulator",gen_ai_operation_name="chat",gen_ai_provider_name="simulator",gen_ai_request_model="other",gen_ai_response_model="other",gen_ai_token_type="input"\} 2/,
    )
    for (const name of [
      'gen_ai_server_request_duration_bucket',
      'gen_ai_server_time_to_first_token_bucket',
      'fairlead_gateway_overhead_seconds_count 3',
      'fairlead_gateway_in_flight_requests 0',
      'fairlead_gateway_requests_total{route="default",provider="default/simulator",status="2xx"} 3',
    ]) {
      expect(text).toContain(name)
    }
    expect(text).not.toContain('x1')
  })
})
