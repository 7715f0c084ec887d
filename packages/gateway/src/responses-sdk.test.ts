import OpenAI from 'openai'
import { makeParseableTextFormat } from 'openai/lib/parser'
import { describe, expect, it } from 'vitest'
import { modelUpstream } from './test-support/model-upstream.ts'
import { consumerOf, keyedProvider, routeOf } from './test-support/snapshot.ts'
import { testGateway } from './test-support/test-gateway.ts'

/** Every API of a provider by which a call of Responses is answered. */
const apis = [
  { api: 'Responses', type: 'OpenAI', path: '/v1/responses' },
  { api: 'Chat Completions', type: 'OpenAICompatible', path: '/v1/chat/completions' },
  { api: 'Messages', type: 'Anthropic', path: '/v1/messages' },
] as const

const image =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const tools: OpenAI.Responses.FunctionTool[] = [
  {
    type: 'function',
    name: 'get_weather',
    strict: true,
    parameters: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    },
  },
]

const format = makeParseableTextFormat<{ name: string; count: number }>(
  {
    type: 'json_schema',
    name: 'thing',
    strict: true,
    schema: {
      type: 'object',
      properties: { name: { type: 'string' }, count: { type: 'integer' } },
      required: ['name', 'count'],
      additionalProperties: false,
    },
  },
  (text) => JSON.parse(text) as { name: string; count: number },
)

describe.each(apis)('the official SDK, answered by $api', ({ type, path }) => {
  async function start(apiKey = 'good') {
    const upstream = await modelUpstream()
    const gateway = await testGateway({
      gateway: { auth: 'Required' },
      providers: [keyedProvider('p', { type, baseURL: upstream.url })],
      consumers: [consumerOf('app')],
      secrets: { app: 'good', p: 'sk-upstream' },
      routes: [routeOf('all', [{ provider: 'p' }])],
    })
    const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0 })
    return { openai, upstream }
  }

  it('gets an answer', async () => {
    const { openai, upstream } = await start()
    const response = await openai.responses.create({
      model: 'm',
      instructions: 'Be brief.',
      input: 'hello there',
      metadata: { topic: 'fish' },
    })
    expect(response.output_text).toBe('[Be brief.] 0 images, 2 items: hello there')
    expect(response).toMatchObject({
      object: 'response',
      status: 'completed',
      error: null,
      usage: { input_tokens: 12, output_tokens: 5, total_tokens: 17 },
    })
    expect(upstream.requests[0]?.path).toBe(path)
  })

  it('gets the same answer as a stream, and from the helper', async () => {
    const { openai } = await start()
    const asked = { model: 'm', input: 'hello' } as const
    const whole = await openai.responses.create(asked)
    let text = ''
    const numbers: number[] = []
    for await (const event of await openai.responses.create({ ...asked, stream: true })) {
      numbers.push(event.sequence_number)
      if (event.type === 'response.output_text.delta') text += event.delta
    }
    expect(text).toBe(whole.output_text)
    expect(numbers).toEqual(numbers.map((_, index) => index))
    const helped = await openai.responses.stream(asked).finalResponse()
    expect(helped.output_text).toBe(whole.output_text)
    expect(helped.usage).toEqual(whole.usage)
  })

  it.each([false, true])('loops over tools, as a stream: %s', async (stream) => {
    const { openai } = await start()
    const input: OpenAI.Responses.ResponseInput = [
      { role: 'user', content: 'what is the weather? think first' },
    ]
    const call = (): Promise<OpenAI.Responses.Response> =>
      stream
        ? openai.responses.stream({ model: 'm', input, tools }).finalResponse()
        : openai.responses.create({ model: 'm', input, tools })
    const first = await call()
    input.push(...(first.output as OpenAI.Responses.ResponseInputItem[]))
    for (const item of first.output) {
      if (item.type !== 'function_call') continue
      expect(JSON.parse(item.arguments)).toEqual({ city: 'text' })
      input.push({ type: 'function_call_output', call_id: item.call_id, output: 'sunny' })
    }
    expect((await call()).output_text).toBe('The tool said: sunny')
  })

  it('gets structured output, parsed', async () => {
    const { openai } = await start()
    const parsed = await openai.responses.parse({ model: 'm', input: 'a thing', text: { format } })
    expect(parsed.output_parsed).toEqual({ name: 'text', count: 1 })
  })

  it('sends images', async () => {
    const { openai } = await start()
    const response = await openai.responses.create({
      model: 'm',
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'what is it?' },
            { type: 'input_image', image_url: image, detail: 'auto' },
          ],
        },
      ],
    })
    expect(response.output_text).toBe('1 images, 1 items: what is it?')
  })

  it.each([
    ['fails-404', OpenAI.NotFoundError],
    ['fails-429', OpenAI.RateLimitError],
    ['fails-500', OpenAI.InternalServerError],
  ])('gets the error of %s as its own class', async (model, errorClass) => {
    const { openai } = await start()
    const asked = { model, input: 'hi' }
    await expect(openai.responses.create(asked)).rejects.toBeInstanceOf(errorClass)
    const streamed = openai.responses.create({ ...asked, stream: true })
    await expect(streamed).rejects.toBeInstanceOf(errorClass)
  })

  it('gets its own mistakes as its own classes', async () => {
    const { openai } = await start()
    const wrong = openai.responses.create({ model: 'm', input: [{ role: 'bot' } as never] })
    await expect(wrong).rejects.toBeInstanceOf(OpenAI.BadRequestError)
    await expect(wrong).rejects.toMatchObject({ param: 'input[0].role', code: 'invalid_value' })
    const stranger = await start('wrong')
    await expect(
      stranger.openai.responses.create({ model: 'm', input: 'hi' }),
    ).rejects.toBeInstanceOf(OpenAI.AuthenticationError)
  })

  it('stops the provider when it stops reading', async () => {
    const { openai, upstream } = await start()
    const stream = await openai.responses.create({ model: 'slow', input: 'hi', stream: true })
    for await (const event of stream) {
      if (event.type === 'response.output_text.delta') break
    }
    await (
      await upstream.request(1)
    ).aborted
  })

  it('makes fifty calls at the same time, each with its own answer', async () => {
    const { openai } = await start()
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const asked = { model: 'm', input: `number ${index}` }
        const response =
          index % 2 === 0
            ? await openai.responses.create(asked)
            : await openai.responses.stream(asked).finalResponse()
        return response.output_text
      }),
    )
    expect(answers).toEqual(answers.map((_, index) => `0 images, 1 items: number ${index}`))
  })

  it('talks in a conversation of the gateway', async () => {
    const { openai } = await start()
    const { id } = await openai.conversations.create({})
    const headers = { 'x-fairlead-conversation': id }
    await openai.responses.create({ model: 'm', input: 'one' }, { headers })
    const second = await openai.responses.create({ model: 'm', input: 'two' }, { headers })
    expect(second.output_text).toBe('0 images, 3 items: two')
    const third = openai.responses.stream({ model: 'm', input: 'three' }, { headers })
    expect((await third.finalResponse()).output_text).toBe('0 images, 5 items: three')
  })

  it('adds all input to a conversation that it names, whatever was said before', async () => {
    const { openai } = await start()
    const conversation = (await openai.conversations.create({})).id
    await openai.responses.create({ model: 'm', input: 'yes', conversation })
    const again = await openai.responses.create({ model: 'm', input: 'yes', conversation })
    expect(again.output_text).toBe('0 images, 3 items: yes')
  })
})
