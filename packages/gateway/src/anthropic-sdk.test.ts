import Anthropic from '@anthropic-ai/sdk'
import { betaTool } from '@anthropic-ai/sdk/helpers/beta/json-schema'
import { jsonSchemaOutputFormat } from '@anthropic-ai/sdk/helpers/json-schema'
import { describe, expect, it } from 'vitest'
import { modelUpstream } from './test-support/model-upstream.ts'
import { consumerOf, keyedProvider, simulatorOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, chunks, completion, json, sse } from './test-support/upstream.ts'

const model = {
  name: 'known',
  aliases: ['alias'],
  contextWindow: undefined,
  maxOutputTokens: undefined,
  capabilities: [],
}

async function client(apiKey = 'good', options: object = {}): Promise<Anthropic> {
  const gateway = await testGateway({
    gateway: { auth: 'Required' },
    providers: [{ ...simulatorOf('simulator'), models: [model] }],
    consumers: [consumerOf('app')],
    secrets: { app: 'good' },
  })
  return new Anthropic({ baseURL: gateway.url, apiKey, maxRetries: 0, ...options })
}

const ask = (content: string) => ({
  model: 'known',
  max_tokens: 200,
  messages: [{ role: 'user' as const, content }],
})

describe('the official Anthropic SDK', () => {
  it('gets an answer', async () => {
    const anthropic = await client()
    const answer = await anthropic.messages.create(ask('hello there'))
    expect(answer).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn' })
    expect(answer.content).toMatchObject([
      { type: 'text', text: expect.stringContaining('You said: "hello there"') as string },
    ])
    expect(answer.usage.output_tokens).toBeGreaterThan(0)
    expect(answer).toHaveProperty('_request_id', expect.stringMatching(/^req_/))
  })

  it('gets the same answer as a stream', async () => {
    const anthropic = await client()
    const whole = await anthropic.messages.create(ask('hello there'))
    const stream = anthropic.messages.stream({ ...ask('hello there'), model: 'alias' })
    const told: string[] = []
    stream.on('text', (delta) => told.push(delta))
    const message = await stream.finalMessage()
    expect(told.length).toBeGreaterThan(1)
    expect(told.join('')).toBe(await stream.finalText())
    expect(message.content).toMatchObject([{ type: 'text', text: told.join('') }])
    expect(message.usage.output_tokens).toBe(whole.usage.output_tokens)
    expect(message.stop_reason).toBe('end_turn')
  })

  it('runs a tool in a loop', async () => {
    const anthropic = await client()
    const seen: unknown[] = []
    const tool = betaTool({
      name: 'get_weather',
      description: 'the weather',
      inputSchema: {
        type: 'object',
        required: ['city'],
        properties: { city: { type: 'string' } },
      },
      run: (input) => {
        seen.push(input)
        return 'sunny'
      },
    })
    const last = await anthropic.beta.messages.toolRunner({
      ...ask('please call get_weather now'),
      tools: [tool],
    })
    expect(seen).toEqual([{ city: 'simulated' }])
    expect(JSON.stringify(last.content)).toContain('The tool answered: \\"sunny\\"')
    seen.length = 0
    const stream = anthropic.beta.messages.toolRunner({
      ...ask('please call get_weather now'),
      tools: [tool],
      stream: true,
    })
    const reasons: unknown[] = []
    for await (const turn of stream) reasons.push((await turn.finalMessage()).stop_reason)
    expect(reasons).toEqual(['tool_use', 'end_turn'])
    expect(seen).toEqual([{ city: 'simulated' }])
  })

  it.each(['OpenAICompatible', 'Anthropic'] as const)(
    'keeps its thread itself where %s does not',
    async (type) => {
      const upstream = await modelUpstream()
      const gateway = await testGateway({
        providers: [keyedProvider('p', { type, baseURL: upstream.url })],
        secrets: { p: 'sk' },
      })
      const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: 'x', maxRetries: 0 })
      const tool = betaTool({
        name: 'get_weather',
        description: 'the weather',
        inputSchema: { type: 'object', properties: { city: { type: 'string' } } },
        run: () => 'sunny',
      })
      const asked = { ...ask('what is the weather?'), tools: [tool] }
      const last = await anthropic.beta.messages.toolRunner(asked)
      expect(last.content).toMatchObject([{ type: 'text', text: 'The tool said: sunny' }])
      const sizes = upstream.requests
        .filter(({ body }) => body['thread'] === undefined)
        .map(({ body }) => (body['messages'] as unknown[]).length)
      expect(sizes).toEqual([1, 3])
    },
  )

  it('gets an answer in the form that it asks for', async () => {
    const upstream = await testUpstream(json(200, completion('{"city":"Paris"}')))
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
    })
    const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: 'x', maxRetries: 0 })
    const answer = await anthropic.messages.parse({
      ...ask('where?'),
      output_config: {
        format: jsonSchemaOutputFormat({
          type: 'object',
          properties: { city: { type: 'string' } },
          required: ['city'],
          additionalProperties: false,
        }),
      },
    })
    expect(answer.parsed_output).toEqual({ city: 'Paris' })
    expect(upstream.requests[0]?.body['response_format']).toMatchObject({ type: 'json_schema' })
  })

  it('sends images', async () => {
    const upstream = await testUpstream(json(200, completion('a cat')))
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
    })
    const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: 'x', maxRetries: 0 })
    const source = { type: 'base64', media_type: 'image/png', data: 'iVBORw0KGgo=' } as const
    await anthropic.messages.create({
      ...ask(''),
      messages: [{ role: 'user', content: [{ type: 'image', source }] }],
    })
    expect(upstream.requests[0]?.body['messages']).toMatchObject([
      {
        content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } }],
      },
    ])
  })

  it('gets errors of its own classes', async () => {
    const anthropic = await client()
    const unknown = anthropic.messages.create({ ...ask('x'), model: 'nope' })
    await expect(unknown).rejects.toBeInstanceOf(Anthropic.NotFoundError)
    await expect(unknown).rejects.toMatchObject({
      status: 404,
      type: 'not_found_error',
      errorCode: 'model_not_found',
      requestID: expect.stringMatching(/^req_/) as string,
      error: { type: 'error', request_id: expect.stringMatching(/^req_/) as string },
    })
    const wrong = anthropic.messages.create({ ...ask('x'), messages: [] })
    await expect(wrong).rejects.toBeInstanceOf(Anthropic.BadRequestError)
    const stranger = await client('wrong')
    await expect(stranger.messages.create(ask('x'))).rejects.toBeInstanceOf(
      Anthropic.AuthenticationError,
    )
    await expect(stranger.models.list()).rejects.toMatchObject({ type: 'authentication_error' })
  })

  it.each<[number, object, object, unknown]>([
    [429, { 'retry-after': '7' }, { error: { message: 'slow' } }, Anthropic.RateLimitError],
    [500, {}, { error: { message: 'broken' } }, Anthropic.InternalServerError],
    [401, {}, { error: { message: 'bad key' } }, Anthropic.InternalServerError],
  ])('gets a %i of a provider', async (status, headers, body, kind) => {
    const answer: Answer = (response) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers })
      response.end(JSON.stringify(body))
    }
    const upstream = await testUpstream(answer)
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
    })
    const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: 'x', maxRetries: 0 })
    const asked = anthropic.messages.create(ask('x'))
    await expect(asked).rejects.toBeInstanceOf(kind)
    if (status === 429) {
      const error = (await asked.catch((caught: unknown) => caught)) as { headers: Headers }
      expect(error.headers.get('retry-after')).toBe('7')
    }
  })

  it('gets an error in the middle of a stream', async () => {
    const upstream = await testUpstream(
      sse(...chunks(['a', 'b']).slice(0, 2), 'data: {"error":{"message":"died","code":500}}\n\n'),
    )
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
    })
    const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: 'x', maxRetries: 0 })
    const stream = anthropic.messages.stream(ask('x'))
    await expect(stream.finalMessage()).rejects.toMatchObject({ type: 'api_error' })
  })

  it('gives up a stream', async () => {
    const upstream = await testUpstream((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(chunks(['a', 'b']).slice(0, 2).join(''))
    })
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
    })
    const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: 'x', maxRetries: 0 })
    const stream = anthropic.messages.stream(ask('x'))
    stream.on('text', () => stream.abort())
    await expect(stream.finalMessage()).rejects.toBeInstanceOf(Anthropic.APIUserAbortError)
    await upstream.requests[0]?.aborted
  })

  it('makes fifty calls at once', async () => {
    const anthropic = await client()
    const texts = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        index % 2 === 0
          ? anthropic.messages.stream(ask(`number ${index}`)).finalMessage()
          : anthropic.messages.create(ask(`number ${index}`)),
      ),
    )
    for (const [index, { content }] of texts.entries()) {
      expect(JSON.stringify(content)).toContain(`number ${index}\\"`)
    }
  })

  it('lists the models', async () => {
    const anthropic = await client()
    const ids: string[] = []
    for await (const { id, type } of anthropic.models.list({ limit: 1 })) ids.push(`${type} ${id}`)
    expect(ids).toEqual(['model alias', 'model known'])
    expect((await anthropic.models.retrieve('alias')).id).toBe('alias')
    await expect(anthropic.models.retrieve('nope')).rejects.toBeInstanceOf(Anthropic.NotFoundError)
  })

  it('talks in a conversation', async () => {
    const anthropic = await client()
    const headers = { 'x-fairlead-conversation': 'mine' }
    await anthropic.messages.create(ask('first'), { headers })
    const second = anthropic.messages.stream(ask('second'), { headers })
    expect(await second.finalText()).toContain('I see 3 messages.')
    const context = { conversation: 'mine' }
    const third = await anthropic.messages.create({ ...ask('third'), context } as never)
    expect(JSON.stringify(third.content)).toContain('I see 5 messages.')
  })

  it('uses a bearer token as well as a key', async () => {
    const anthropic = await client(undefined, { apiKey: null, authToken: 'good' })
    expect((await anthropic.messages.create(ask('x'))).type).toBe('message')
  })
})
