import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { keyedProvider, simulatorOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { json } from './test-support/upstream.ts'

const model = 'm'
const messages = [{ role: 'user' as const, content: 'hello there' }]

async function client(settings: Parameters<typeof simulatorOf>[1] = {}): Promise<OpenAI> {
  const gateway = await testGateway({ providers: [simulatorOf('simulator', settings)] })
  return new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'any', maxRetries: 0 })
}

const weather = {
  name: 'get_weather',
  description: 'the weather of a place',
  parameters: {
    type: 'object' as const,
    required: ['city'],
    properties: { city: { type: 'string' as const } },
  },
}

describe("the official OpenAI SDK's helpers", () => {
  it('parse an answer that keeps to a schema', async () => {
    const openai = await client()
    const schema = {
      type: 'object',
      additionalProperties: false,
      required: ['steps', 'done'],
      properties: {
        steps: { type: 'array', minItems: 2, items: { type: 'string' } },
        done: { type: 'boolean' },
      },
    }
    const response_format = {
      type: 'json_schema' as const,
      json_schema: { name: 'plan', strict: true, schema },
    }
    const parsed = await openai.chat.completions.parse({ model, messages, response_format })
    expect(parsed.choices[0]?.message.parsed).toEqual({
      steps: ['simulated', 'simulated 2'],
      done: true,
    })
    const stream = openai.chat.completions.stream({ model, messages, response_format })
    const last = await stream.finalChatCompletion()
    expect(JSON.parse(last.choices[0]?.message.content ?? '')).toMatchObject({ done: true })
  })

  it('run tools in a loop, thinking on the way', async () => {
    const openai = await client()
    const asked: unknown[] = []
    const runner = openai.chat.completions.runTools({
      model,
      reasoning_effort: 'low',
      messages: [{ role: 'user', content: 'please call get_weather' }],
      tools: [
        {
          type: 'function',
          function: {
            ...weather,
            parse: JSON.parse,
            function: (input: unknown) => {
              asked.push(input)
              return 'sunny'
            },
          },
        },
      ],
    })
    expect(await runner.finalContent()).toContain('The tool answered: "sunny"')
    expect(asked).toEqual([{ city: 'simulated' }])
    const [, called] = runner.messages
    expect(called).toMatchObject({
      reasoning_content: expect.stringContaining('I think with low effort'),
      reasoning_details: [{ type: 'reasoning.text', signature: expect.any(String) }],
      thinking_blocks: [{ type: 'thinking', signature: expect.any(String) }],
    })
  })

  it('tell a stream as events', async () => {
    const openai = await client()
    const stream = openai.chat.completions.stream({
      model,
      messages,
      logprobs: true,
      top_logprobs: 1,
    })
    const told: string[] = []
    stream.on('content.delta', ({ delta }) => told.push(delta))
    let tokens = 0
    stream.on('logprobs.content.delta', ({ content }) => {
      tokens += content.length
    })
    const completion = await stream.finalChatCompletion()
    expect(told.join('')).toBe(completion.choices[0]?.message.content)
    expect(completion.choices[0]?.logprobs?.content).toHaveLength(tokens)
    expect(told.length).toBe(tokens)
  })

  it('call fifty times at once', async () => {
    const openai = await client()
    const texts = await Promise.all(
      Array.from({ length: 50 }, async (_, number) => {
        const asked = [{ role: 'user' as const, content: `number ${number}` }]
        const stream = openai.chat.completions.stream({ model, messages: asked })
        return (await stream.finalMessage()).content
      }),
    )
    for (const [number, text] of texts.entries()) expect(text).toContain(`"number ${number}"`)
  })

  it('abort a stream', async () => {
    const openai = await client({ wordDelayMs: 60_000 })
    const stream = await openai.chat.completions.create({ model, messages, stream: true })
    const seen: string[] = []
    for await (const chunk of stream) {
      seen.push(chunk.choices[0]?.delta.content ?? '')
      stream.controller.abort()
    }
    expect(seen.length).toBeGreaterThan(0)
  })

  it.each([
    [400, OpenAI.BadRequestError],
    [404, OpenAI.NotFoundError],
    [422, OpenAI.UnprocessableEntityError],
    [429, OpenAI.RateLimitError],
    [500, OpenAI.InternalServerError],
  ])('raise a status of %i as its own class', async (status, kind) => {
    const upstream = await testUpstream(
      json(status, { error: { message: 'no', type: 'x', code: null, param: null } }),
    )
    const gateway = await testGateway({
      providers: [keyedProvider('upstream', { baseURL: upstream.url })],
      secrets: { upstream: 'sk' },
    })
    const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'any', maxRetries: 0 })
    await expect(openai.chat.completions.create({ model, messages })).rejects.toBeInstanceOf(kind)
  })
})
