import { describe, expect, it } from 'vitest'
import { consumerOf, keyedProvider, promptOf, routeOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { completion, json } from './test-support/upstream.ts'

const messages = [{ role: 'user', content: 'hi' }]
const down = json(503, { error: { message: 'down, says sk-primary' } })

/** Two Consumers, and a route whose first target fails. */
async function bench(auth: 'Required' | 'Disabled' = 'Required') {
  const primary = await testUpstream(down)
  const fallback = await testUpstream(json(200, completion('ok')))
  const target = (name: string, baseURL: string) =>
    keyedProvider(name, {
      baseURL,
      models: [
        {
          name: 'gpt',
          aliases: [],
          contextWindow: undefined,
          maxOutputTokens: undefined,
          capabilities: [],
        },
      ],
    })
  const gateway = await testGateway({
    gateway: { auth },
    providers: [target('primary', primary.url), target('fallback', fallback.url)],
    routes: [
      routeOf('chat', [{ provider: 'primary' }, { provider: 'fallback' }], {
        retry: { attempts: 1, conditions: ['ServerError'] },
      }),
    ],
    prompts: [promptOf('ask', [{ version: '3', messages: [{ role: 'system', content: 'Be.' }] }])],
    consumers: [consumerOf('app'), consumerOf('other')],
    secrets: { primary: 'sk-primary', fallback: 'sk-fallback', app: 'key-app', other: 'key-other' },
  })
  const key = (name: string) => ({ authorization: `Bearer key-${name}` })
  const chat = (headers: Readonly<Record<string, string>> = {}) =>
    gateway.chat({ model: 'gpt', messages }, { ...key('app'), ...headers })
  const requestOf = (id: string | null, name?: string) =>
    fetch(`${gateway.url}/v1/requests/${id}`, { headers: name === undefined ? {} : key(name) })
  return { gateway, primary, fallback, chat, requestOf }
}

const attempts = [
  {
    target: 'primary',
    provider: 'default/primary',
    model: 'gpt',
    credential: 'main',
    outcome: 'ServerError',
    status: 503,
    ms: expect.any(Number),
    reason: 'status 503',
  },
  {
    target: 'fallback',
    provider: 'default/fallback',
    model: 'gpt',
    credential: 'main',
    outcome: 'Success',
    status: 200,
    ms: expect.any(Number),
  },
]

describe('the log line', () => {
  it('has every attempt, the provider with its type, and the prompt with its version', async () => {
    const { gateway, chat } = await bench()
    await (await chat({ 'x-fairlead-prompt': 'ask' })).text()
    const line = gateway.logs.find(({ message }) => message === 'call')?.fields
    expect(line).toMatchObject({
      attempts,
      provider: 'default/fallback',
      providerType: 'openai',
      prompt: 'default/ask',
      promptVersion: '3',
    })
    expect(line?.['passedOver']).toBeUndefined()
    expect(JSON.stringify(gateway.logs)).not.toMatch(/sk-|key-app/)
  })

  it('names the targets that were passed over', async () => {
    const { gateway, chat } = await bench()
    for (let call = 0; call < 6; call += 1) await (await chat()).text()
    const line = gateway.logs.findLast(({ message }) => message === 'call')?.fields
    expect(line).toMatchObject({
      attempts: [{ target: 'fallback', outcome: 'Success' }],
      passedOver: [
        {
          target: 'primary',
          provider: 'default/primary',
          model: 'gpt',
          reason: expect.stringContaining('Resting'),
        },
      ],
    })
  })
})

describe('the headers', () => {
  it('have the prompt, and all attempts only where the caller asks for them', async () => {
    const { chat } = await bench()
    const plain = await chat({ 'x-fairlead-prompt': 'ask' })
    await plain.text()
    expect(plain.headers.get('x-fairlead-prompt')).toBe('default/ask@3')
    expect(plain.headers.get('x-fairlead-attempts')).toBe('2')
    expect(plain.headers.get('x-fairlead-attempt-log')).toBeNull()
    const explained = await chat({ 'x-fairlead-explain': 'attempts' })
    await explained.text()
    expect(explained.headers.get('x-fairlead-prompt')).toBeNull()
    expect(JSON.parse(explained.headers.get('x-fairlead-attempt-log') ?? '')).toEqual(attempts)
  })

  it('have them on errors too', async () => {
    const { chat, fallback } = await bench()
    fallback.answer = down
    const failed = await chat({ 'x-fairlead-explain': 'attempts', 'x-fairlead-prompt': 'ask' })
    await failed.text()
    expect(failed.status).toBe(503)
    expect(failed.headers.get('x-fairlead-prompt')).toBe('default/ask@3')
    expect(JSON.parse(failed.headers.get('x-fairlead-attempt-log') ?? '')).toMatchObject([
      { target: 'primary', outcome: 'ServerError' },
      { target: 'fallback', outcome: 'ServerError' },
    ])
    const refused = await chat({ 'x-fairlead-explain': 'attempts', authorization: 'Bearer no' })
    await refused.text()
    expect(refused.headers.get('x-fairlead-attempt-log')).toBe('[]')
  })
})

describe('the metrics', () => {
  it('count attempts, failovers, ejections and prompts, and show health', async () => {
    const { gateway, chat } = await bench()
    for (let call = 0; call < 6; call += 1) {
      await (await chat({ 'x-fairlead-prompt': 'ask' })).text()
    }
    const lines = (await gateway.registry.metrics()).split('\n')
    const attempt = (provider: string, outcome: string, count: number) =>
      `fairlead_attempts_total{provider="${provider}",provider_type="openai",model="gpt",outcome="${outcome}"} ${count}`
    expect(lines).toEqual(
      expect.arrayContaining([
        attempt('default/primary', 'ServerError', 5),
        attempt('default/fallback', 'Success', 6),
        'fairlead_failovers_total{route="policy/chat"} 5',
        'fairlead_ejections_total{provider="default/primary",reason="ServerError"} 1',
        'fairlead_prompt_requests_total{prompt="default/ask",version="3",status="2xx"} 6',
        'fairlead_provider_health{provider="default/primary",state="Unreachable"} 1',
        'fairlead_provider_health{provider="default/primary",state="Healthy"} 0',
        'fairlead_provider_health{provider="default/fallback",state="Healthy"} 1',
        expect.stringMatching(/^fairlead_config_age_seconds \d/),
      ]),
    )
  })

  it('count no model that only a caller named', async () => {
    const { gateway } = await bench('Disabled')
    await (await gateway.chat({ model: 'invented', messages })).text()
    const text = await gateway.registry.metrics()
    expect(text).toContain('model="other"')
    expect(text).not.toContain('invented')
  })
})

describe('GET /v1/requests/{id}', () => {
  it('shows a call to the Consumer that made it', async () => {
    const { chat, requestOf } = await bench()
    const response = await chat({ 'x-fairlead-prompt': 'ask' })
    await response.text()
    const id = response.headers.get('x-fairlead-request-id')
    const found = await requestOf(id, 'app')
    expect(found.status).toBe(200)
    expect(await found.json()).toEqual({
      id,
      object: 'request',
      started_at: expect.stringMatching(/^\d{4}-.*Z$/),
      ended_at: expect.stringMatching(/^\d{4}-.*Z$/),
      duration_ms: expect.any(Number),
      first_byte_ms: expect.any(Number),
      overhead_ms: expect.any(Number),
      method: 'POST',
      path: '/v1/chat/completions',
      status: 200,
      outcome: 'answered',
      error: null,
      stream: false,
      model: 'gpt',
      route: 'policy/chat',
      target: 'fallback',
      provider: 'default/fallback',
      provider_type: 'openai',
      upstream_model: 'gpt',
      prompt: 'default/ask',
      prompt_version: '3',
      conversation: null,
      trace_id: null,
      attempts,
      adapted: null,
      passed_over: [],
      usage: { input_tokens: 12, cached_tokens: 0, output_tokens: 3, reasoning_tokens: 0 },
      cost_usd: null,
      price_state: 'Unpriced',
      limits: [],
      shadow_refusals: [],
      queued_ms: null,
      routed_instead_of: null,
    })
  })

  it('shows failures as well', async () => {
    const { chat, fallback, requestOf } = await bench()
    fallback.answer = down
    const response = await chat()
    await response.text()
    const found = await requestOf(response.headers.get('x-fairlead-request-id'), 'app')
    expect(await found.json()).toMatchObject({
      outcome: 'failed',
      status: 503,
      attempts: [{ outcome: 'ServerError' }, { outcome: 'ServerError' }],
      usage: null,
    })
  })

  it('is a 404 for everybody else, for no call at all, and without a key a 401', async () => {
    const { chat, requestOf } = await bench()
    const response = await chat()
    await response.text()
    const id = response.headers.get('x-fairlead-request-id')
    for (const [request, caller] of [
      [id, 'other'],
      ['req_none', 'app'],
      ['%00', 'app'],
    ] as const) {
      const found = await requestOf(request, caller)
      expect(found.status).toBe(404)
      expect(await found.json()).toMatchObject({ error: { code: 'request_not_found' } })
    }
    expect((await requestOf(id)).status).toBe(401)
  })

  it('is for nobody where callers are anonymous', async () => {
    const { gateway, requestOf } = await bench('Disabled')
    const response = await gateway.chat({ model: 'gpt', messages })
    await response.text()
    expect((await requestOf(response.headers.get('x-fairlead-request-id'))).status).toBe(404)
  })
})
