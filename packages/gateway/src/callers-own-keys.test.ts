import type { LLMProviderSettings } from '@fairlead/snapshot'
import { describe, expect, it, vi } from 'vitest'
import {
  consumerOf,
  everything,
  keyedProvider,
  providerOf,
  routeOf,
} from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, completion, json } from './test-support/upstream.ts'

const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }
const own = 'sk-callers-own-key'
const gatewayKey = 'fl-gateway-key'
const both = { authorization: `Bearer ${own}`, 'x-fairlead-key': gatewayKey }

const callers = (name: string, parts: Partial<LLMProviderSettings>) =>
  providerOf(name, { authentication: { source: 'Caller' }, ...parts })

/** Two providers: the first is asked with the caller's key, the second with `second`. */
async function gatewayOf(
  answer: Answer,
  parts: {
    readonly first?: Partial<LLMProviderSettings>
    readonly second?: 'own' | 'gateway'
    readonly auth?: 'Required' | 'Optional' | 'Disabled'
  } = {},
) {
  const first = await testUpstream(answer)
  const second = await testUpstream(json(200, completion('second')))
  const secondProvider = parts.second === 'own' ? callers : keyedProvider
  const gateway = await testGateway({
    gateway: { auth: parts.auth ?? 'Required', anonymousAccess: everything },
    providers: [
      callers('first', { baseURL: first.url, ...parts.first }),
      secondProvider('second', { baseURL: second.url }),
    ],
    routes: [
      routeOf('all', [{ provider: 'first' }, { provider: 'second' }], {
        retry: { attempts: 1, conditions: ['ServerError', 'RateLimited'] },
      }),
    ],
    consumers: [consumerOf('team')],
    secrets: { team: gatewayKey, second: 'sk-second' },
  })
  const sent = (upstream: typeof first) =>
    JSON.stringify(upstream.requests.map(({ headers, path }) => [headers, path]))
  return { gateway, first, second, sent }
}

const ok = json(200, completion('first'))

describe("a provider that is asked with its callers' own keys", () => {
  it('gets the key as it came, and nothing of the key for the gateway', async () => {
    const { gateway, first, sent } = await gatewayOf(ok)
    const response = await gateway.chat(body, both)
    expect(await response.json()).toMatchObject(completion('first'))
    expect(first.requests[0]?.headers.authorization).toBe(`Bearer ${own}`)
    expect(sent(first)).not.toContain(gatewayKey)
    expect(sent(first)).not.toContain('x-fairlead')
  })

  it.each([
    ['x-api-key', { 'x-api-key': own }, 'x-api-key', own],
    ['Authorization', { authorization: `Bearer ${own}` }, 'authorization', `Bearer ${own}`],
  ])('of Anthropic, gets %s', async (_name, headers, name, value) => {
    const answer = json(200, {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text: 'hello' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 1, output_tokens: 1 },
    })
    const { gateway, first } = await gatewayOf(answer, { first: { type: 'Anthropic' } })
    const response = await gateway.chat(body, { ...headers, 'x-fairlead-key': gatewayKey })
    expect(response.status).toBe(200)
    expect(first.requests[0]?.headers[name]).toBe(value)
  })

  it.each<[string, Record<string, string>, 'Required' | 'Optional' | 'Disabled']>([
    ['without one', { 'x-fairlead-key': gatewayKey }, 'Required'],
    ['with an empty one', { 'x-fairlead-key': gatewayKey, authorization: ' ' }, 'Required'],
    ['with the key for the gateway alone', { authorization: `Bearer ${gatewayKey}` }, 'Required'],
    [
      'with the key for the gateway twice',
      { 'x-fairlead-key': gatewayKey, authorization: `Bearer ${gatewayKey}` },
      'Required',
    ],
    [
      'with the key for the gateway twice, bare',
      { 'x-fairlead-key': gatewayKey, authorization: gatewayKey },
      'Required',
    ],
    ['without any header', {}, 'Optional'],
    ['without a key for the gateway', { authorization: `Bearer ${own}` }, 'Disabled'],
  ])('is not asked by a call %s', async (_name, headers, auth) => {
    const { gateway, first, second } = await gatewayOf(ok, { auth })
    const response = await gateway.chat(body, headers)
    expect(response.status).toBe(401)
    const { error } = (await response.json()) as { error: { code: string; message: string } }
    expect(error.code).toBe('provider_key_missing')
    expect(error.message).toContain('Send that key as authorization')
    expect([first.requests, second.requests]).toEqual([[], []])
    expect(gateway.report().providers[0]?.health).toBe('Unknown')
  })

  it('is asked where the gateway wants no key, if the header for it came', async () => {
    const { gateway, first } = await gatewayOf(ok, { auth: 'Disabled' })
    const headers = { authorization: `Bearer ${own}`, 'x-fairlead-key': 'none' }
    expect((await gateway.chat(body, headers)).status).toBe(200)
    expect(first.requests[0]?.headers.authorization).toBe(`Bearer ${own}`)
  })

  it.each([
    ['a key that is unknown to the provider', 401, 'invalid_request_error', 'invalid_api_key'],
    ['a key without credit', 402, 'insufficient_quota', 'insufficient_quota'],
  ])('tells %s to the caller, and to nobody else', async (_name, status, type, code) => {
    const error = { message: 'no good', type, param: null, code }
    const { gateway, first, second } = await gatewayOf(json(status, { error }))
    const response = await gateway.chat(body, both)
    expect(response.status).toBe(status)
    expect(await response.json()).toEqual({ error })
    expect(second.requests).toHaveLength(0)
    expect(gateway.report().providers[0]?.health).not.toBe('Unauthorized')
    first.answer = ok
    expect((await gateway.chat(body, both)).status).toBe(200)
  })

  it('repeats no key in an error', async () => {
    const error = { message: `Incorrect API key: ${own}`, code: 'invalid_api_key' }
    const { gateway } = await gatewayOf(json(401, { error }))
    const response = await gateway.chat(body, both)
    const text = await response.text()
    expect(response.status).toBe(401)
    expect(JSON.parse(text)).toMatchObject({ error: { code: 'provider_key_refused' } })
    expect(text + JSON.stringify([gateway.logs, gateway.report()])).not.toContain(own)
  })

  it("does not rest for a limit of one caller's key", async () => {
    const { gateway, first, second } = await gatewayOf(
      json(429, { error: { message: 'slow down' } }, { 'retry-after': '60' }),
    )
    expect(await (await gateway.chat(body, both)).json()).toMatchObject(completion('second'))
    first.answer = ok
    expect(await (await gateway.chat(body, both)).json()).toMatchObject(completion('first'))
    expect([first.requests.length, second.requests.length]).toEqual([2, 1])
  })
})

describe("on fallback, a caller's own key", () => {
  it('does not reach a provider with a key of its own', async () => {
    const { gateway, first, second, sent } = await gatewayOf(json(500, {}))
    expect(await (await gateway.chat(body, both)).json()).toMatchObject(completion('second'))
    expect(first.requests[0]?.headers.authorization).toBe(`Bearer ${own}`)
    expect(second.requests[0]?.headers.authorization).toBe('Bearer sk-second')
    expect(sent(second)).not.toMatch(new RegExp(`${own}|${gatewayKey}`))
  })

  it('does not reach another provider that is asked with one', async () => {
    const { gateway, first, second } = await gatewayOf(json(500, {}), { second: 'own' })
    const response = await gateway.chat(body, both)
    expect(response.status).toBe(502)
    expect([first.requests.length, second.requests.length]).toEqual([1, 0])
  })

  it('nor does it by the draw of a strategy, or as a mirror', async () => {
    const first = await testUpstream(ok)
    const other = await testUpstream(ok)
    const gateway = await testGateway({
      gateway: { auth: 'Required' },
      providers: [
        callers('first', { baseURL: first.url }),
        callers('other', { baseURL: other.url }),
      ],
      routes: [
        routeOf('all', [{ provider: 'first' }, { provider: 'other' }], {
          strategy: 'Weighted',
          mirror: { provider: 'default/other', model: undefined, percent: 100 },
        }),
      ],
      consumers: [consumerOf('team')],
      secrets: { team: gatewayKey },
    })
    for (let count = 0; count < 10; count += 1) {
      expect((await gateway.chat(body, both)).status).toBe(200)
    }
    await vi.waitFor(() =>
      expect(gateway.logs.filter(({ message }) => message === 'mirror')).toHaveLength(10),
    )
    expect([first.requests.length, other.requests.length]).toEqual([10, 0])
  })

  it('nor does it if the first cannot be asked at all', async () => {
    const { gateway, first, second } = await gatewayOf(ok, {
      second: 'own',
      first: { baseURL: 'http://169.254.169.254/v1' },
    })
    expect((await gateway.chat(body, both)).status).toBe(502)
    expect([first.requests.length, second.requests.length]).toEqual([0, 0])
  })
})

describe('the key for the gateway', () => {
  it.each([
    ['comes before another one', { 'x-fairlead-key': gatewayKey, 'x-api-key': 'wrong' }, 200],
    ['is refused if it is wrong', { 'x-fairlead-key': 'wrong', 'x-api-key': gatewayKey }, 401],
    ['may come in its own header alone', { 'x-fairlead-key': ` ${gatewayKey} ` }, 200],
  ])('%s', async (_name, headers, status) => {
    const upstream = await testUpstream(ok)
    const gateway = await testGateway({
      gateway: { auth: 'Required' },
      providers: [keyedProvider('first', { baseURL: upstream.url })],
      consumers: [consumerOf('team')],
      secrets: { team: gatewayKey, first: 'sk-first' },
    })
    expect((await gateway.chat(body, headers)).status).toBe(status)
    expect(JSON.stringify(upstream.requests)).not.toContain(gatewayKey)
    expect(JSON.stringify(gateway.logs)).not.toContain(gatewayKey)
    const models = await fetch(`${gateway.url}/v1/models`, { headers })
    expect(models.status).toBe(status)
  })
})
