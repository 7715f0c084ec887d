import { openAiChat } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import { bearerRequest, type ProviderType, providerTypes } from './index.ts'
import { consumerOf, keyedProvider, providerOf, routeOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { completion, json, sse } from './test-support/upstream.ts'

const messages = [{ role: 'user', content: 'hi' }]
const schema = { type: 'object', properties: {}, additionalProperties: false }
const hints = { model: 'claude-3-5-haiku', seed: 7, odd_field: { a: 1 }, messages }
const adapted = 'dropped=seed,odd_field'

const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude-3-5-haiku',
  content: [{ type: 'text', text: 'hello' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 3, output_tokens: 1 },
}

const streamed = sse(
  ...[
    { type: 'message_start', message: { ...message, content: [] } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: 'hello' } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } },
    { type: 'message_stop' },
  ].map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`),
)

/** OpenAI's dialect, by a server that refuses some of its parameters. */
const pickyProvider: ProviderType = {
  type: 'Picky',
  remote: true,
  address: undefined,
  versionPath: undefined,
  presets: new Map(),
  telemetryName: 'picky',
  needsCredential: false,
  apisOf: () => [
    {
      dialect: openAiChat,
      encoding: { quirks: { refusedParameters: ['seed', 'n', 'odd_field', 'function_call'] } },
      prepare: (request, credential) => bearerRequest(request, '/chat/completions', credential),
    },
  ],
}

async function start(unsupported: 'Error' | 'Drop' | 'Forward' = 'Drop') {
  const claude = await testUpstream((response, request) =>
    (request.body['stream'] === true ? streamed : json(200, message))(response, request),
  )
  const picky = await testUpstream(json(200, completion('picky')))
  const gpt = await testUpstream(json(200, completion('gpt')))
  const parameters = { unsupported }
  const app = { authorization: 'Bearer key-app' }
  const gateway = await testGateway({
    gateway: { auth: 'Required' },
    providers: [
      keyedProvider('claude', { type: 'Anthropic', baseURL: claude.url, parameters }),
      providerOf('picky', { type: 'Picky', baseURL: picky.url, parameters }),
      keyedProvider('gpt', { baseURL: gpt.url }),
    ],
    routes: [
      routeOf('picky', [{ provider: 'picky' }], { match: { models: ['picky'] } }),
      routeOf('both', [{ provider: 'claude' }, { provider: 'gpt' }], {
        match: { models: ['both'] },
      }),
      routeOf('claude', [{ provider: 'claude' }]),
    ],
    consumers: [consumerOf('app')],
    secrets: { claude: 'sk', gpt: 'sk', app: 'key-app' },
    options: { providerTypes: [...providerTypes, pickyProvider] },
  })
  return { gateway, claude, picky, gpt, chat: (body: object) => gateway.chat(body, app), app }
}

describe('what a provider does not know', () => {
  it.each([false, true])('is left out and told, with stream %s', async (stream) => {
    const { chat, claude, gateway, app } = await start()
    const response = await chat({ ...hints, stream })
    expect(await response.text()).toContain('hello')
    expect(response.headers.get('x-fairlead-adapted')).toBe(adapted)
    expect(claude.requests[0]?.body).not.toHaveProperty('seed')
    const line = gateway.logs.find(({ message: text }) => text === 'call')?.fields
    expect(line).toMatchObject({ adapted })
    const id = response.headers.get('x-fairlead-request-id')
    const found = await fetch(`${gateway.url}/v1/requests/${id}`, { headers: app })
    expect(await found.json()).toMatchObject({ adapted })
  })

  it('is told of what is emulated too', async () => {
    const { chat } = await start()
    const response = await chat({
      ...hints,
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema } },
    })
    await response.text()
    expect(response.headers.get('x-fairlead-adapted')).toBe(`${adapted}; emulated=json_schema`)
  })

  it('is not told where there is nothing', async () => {
    const { chat, gateway } = await start()
    const response = await chat({ model: 'claude-3-5-haiku', messages, n: 1 })
    await response.text()
    expect(response.headers.get('x-fairlead-adapted')).toBeNull()
    const line = gateway.logs.find(({ message: text }) => text === 'call')?.fields
    expect(line?.['adapted']).toBeUndefined()
  })

  it('is refused where the provider is set so, unless another target has it', async () => {
    const { chat, claude, gpt, gateway } = await start('Error')
    const refused = await chat(hints)
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { error: { code: 'unsupported_parameter', param: 'seed' } },
    ])
    const response = await chat({ ...hints, model: 'both' })
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'gpt' } }] })
    expect(response.headers.get('x-fairlead-adapted')).toBeNull()
    expect([claude.requests.length, gpt.requests[0]?.body['seed']]).toEqual([0, 7])
    const line = gateway.logs.findLast(({ message: text }) => text === 'call')?.fields
    expect(line?.['passedOver']).toMatchObject([
      { target: 'claude', reason: expect.stringContaining("'seed'") },
    ])
  })

  it('is sent all the same where the provider is set so', async () => {
    const { chat, claude } = await start('Forward')
    const response = await chat({ ...hints, n: 2 })
    await response.text()
    expect(response.headers.get('x-fairlead-adapted')).toBe(
      'forwarded=seed,multiple_answers,odd_field',
    )
    expect(claude.requests[0]?.body).toMatchObject({ seed: 7, n: 2, odd_field: { a: 1 } })
  })
})

describe('what a server of the same dialect refuses', () => {
  const text =
    '{"model": "picky", "seed":1.50, "messages":[{"role":"user","content":"hi"}], "n" : 1, "odd": 1.50}'

  it('is cut out of the bytes, which are otherwise as sent', async () => {
    const { gateway, app, picky } = await start()
    const response = await gateway.post('/v1/chat/completions', text.replace('1.50', '1'), app)
    await response.text()
    expect(response.headers.get('x-fairlead-adapted')).toBe('dropped=seed')
    expect(picky.requests[0]?.raw.toString()).toBe(
      '{"model": "picky", "messages":[{"role":"user","content":"hi"}], "odd": 1.50}',
    )
  })

  it('makes the server unfit where another answer would come of it', async () => {
    const { chat, picky } = await start()
    const refused = await chat({ model: 'picky', messages, n: 2 })
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { error: { code: 'unsupported_parameter', param: 'n' } },
    ])
    expect(picky.requests).toHaveLength(0)
  })

  it('is written in another way where the dialect has one', async () => {
    const { chat, picky } = await start()
    const functions = [{ name: 'f', parameters: schema }]
    const response = await chat({ model: 'picky', messages, functions, function_call: 'none' })
    await response.text()
    expect(picky.requests[0]?.body).toMatchObject({ tool_choice: 'none' })
    expect(picky.requests[0]?.body).not.toHaveProperty('function_call')
  })

  it('passes where the provider is set so', async () => {
    const { gateway, app, picky } = await start('Forward')
    await (await gateway.post('/v1/chat/completions', text, app)).text()
    expect(picky.requests[0]?.raw.toString()).toBe(text)
  })
})

describe('POST /v1/route', () => {
  it('foresees it', async () => {
    const { gateway, app } = await start('Drop')
    const explained = async (body: object) => (await gateway.post('/v1/route', body, app)).json()
    expect(await explained({ ...hints, model: 'both' })).toMatchObject({
      targets: [
        { target: 'claude', adapted },
        { target: 'gpt', adapted: null },
      ],
    })
    const { messages: _, ...bare } = hints
    expect(await explained(bare)).toMatchObject({ targets: [{ adapted }] })
    expect(await explained({ ...hints, model: 'both', n: 2 })).toMatchObject({
      targets: [{ target: 'gpt' }],
      passed_over: [{ target: 'claude', reason: expect.stringContaining("'n'") }],
      error: null,
    })
    expect(await explained({ ...hints, n: 2 })).toMatchObject({
      targets: [],
      error: { status: 400, code: 'unsupported_parameter' },
    })
  })
})
