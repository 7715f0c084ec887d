import { testDialect } from '../../test-support/test-dialect.ts'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { ModelError } from '../../errors/model-error.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { assemble, decodeChunks, encodeEvents, readFixture } from '../../test-support/recordings.ts'

const chat = testDialect('openai-chat')
const anthropic = testDialect('anthropic-messages')
const body = { model: 'm', messages: [{ role: 'user' as const, content: 'hi' }] }

/** The official client, with this response from the server. */
function clientFor(text: string, contentType: string, status = 200): OpenAI {
  const answer = () =>
    Promise.resolve(new Response(text, { status, headers: { 'content-type': contentType } }))
  return new OpenAI({ apiKey: 'key', maxRetries: 0, fetch: answer })
}

function streamOf(events: readonly StreamEvent[]): OpenAI {
  return clientFor(encodeEvents(chat, events), 'text/event-stream')
}

const tools = decodeChunks(anthropic, [readFixture('anthropic-tools.sse')])

describe('the official OpenAI client', () => {
  it('reads a stream with text, parallel calls and usage', async () => {
    const stream = streamOf(tools).chat.completions.stream(body)
    const deltas: string[] = []
    stream.on('content', (delta) => deltas.push(delta))
    const completion = await stream.finalChatCompletion()
    expect(deltas).toEqual(['Checking.'])
    expect(completion.choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: {
        role: 'assistant',
        content: 'Checking.',
        refusal: null,
        tool_calls: [
          {
            id: 'toolu_1',
            type: 'function',
            function: { name: 'get_weather', arguments: '{"city": "Paris"}' },
          },
          { id: 'toolu_2', type: 'function', function: { name: 'get_time', arguments: '{}' } },
        ],
      },
    })
    expect(completion.usage).toMatchObject({
      prompt_tokens: 472,
      completion_tokens: 89,
      total_tokens: 561,
    })
  })

  it('reads the end of a stream without usage if it asked for none', async () => {
    const text = encodeEvents(chat, tools, false)
    const chunks = []
    const client = clientFor(text, 'text/event-stream')
    const stream = await client.chat.completions.create({ ...body, stream: true })
    for await (const chunk of stream) chunks.push(chunk)
    expect(chunks.every((chunk) => chunk.choices.length === 1 && !('usage' in chunk))).toBe(true)
    expect(chunks.at(-1)?.choices[0]?.finish_reason).toBe('tool_calls')
  })

  it('raises an error that arrives in the middle of a stream', async () => {
    const events = decodeChunks(anthropic, [readFixture('anthropic-error.sse')])
    const stream = await streamOf(events).chat.completions.create({ ...body, stream: true })
    const texts: string[] = []
    const reading = (async () => {
      for await (const chunk of stream) texts.push(chunk.choices[0]?.delta.content ?? '')
    })()
    await expect(reading).rejects.toThrow(/Overloaded/)
    expect(texts.join('')).toBe('Hel')
  })

  it('reads a whole answer', async () => {
    const text = JSON.stringify(chat.encodeResponse(assemble(tools)))
    const completion = await clientFor(text, 'application/json').chat.completions.create(body)
    expect(completion.choices[0]?.message.tool_calls).toHaveLength(2)
  })

  it.each<[ModelError, string]>([
    [new ModelError('invalid-request', 'bad', { param: 'messages[0]' }), 'BadRequestError'],
    [new ModelError('authentication', 'who'), 'AuthenticationError'],
    [new ModelError('permission', 'no'), 'PermissionDeniedError'],
    [new ModelError('not-found', 'where'), 'NotFoundError'],
    [new ModelError('rate-limited', 'slow down'), 'RateLimitError'],
    [new ModelError('upstream', 'broken'), 'InternalServerError'],
  ])('raises %s as its own class', async (error, name) => {
    const { status, body: errorBody } = chat.encodeError(error)
    const client = clientFor(JSON.stringify(errorBody), 'application/json', status)
    const raised: unknown = await client.chat.completions
      .create(body)
      .catch((cause: unknown) => cause)
    expect(raised).toBeInstanceOf(OpenAI.APIError)
    expect((raised as object).constructor.name).toBe(name)
    expect(raised).toMatchObject({
      status,
      code: error.code,
      param: error.param ?? null,
      message: expect.stringContaining(error.message) as string,
    })
  })
})
