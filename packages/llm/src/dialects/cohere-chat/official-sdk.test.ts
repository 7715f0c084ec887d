import { CohereClientV2 } from 'cohere-ai'
import { describe, expect, it } from 'vitest'
import { ModelError } from '../../errors/model-error.ts'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { responseEvents } from '../../operations/chat/response-events.ts'
import { encodeEvents } from '../../test-support/recordings.ts'
import { testDialect } from '../../test-support/test-dialect.ts'

const cohere = testDialect('cohere-chat')

/** The official client at a server that answers every call with this; `sent` are its requests. */
function clientFor(text: string, { status = 200, contentType = 'application/json' } = {}) {
  const sent: unknown[] = []
  const client = new CohereClientV2({
    token: 'key',
    environment: 'https://cohere.test',
    maxRetries: 0,
    fetch: (_url, init) => {
      sent.push(JSON.parse(init?.body as string))
      return Promise.resolve(
        new Response(text, { status, headers: { 'content-type': contentType } }),
      )
    },
  })
  return { client, sent }
}

const question = [{ role: 'user' as const, content: 'hi' }]

const citation = {
  start: 0,
  end: 5,
  text: 'Sunny',
  sources: [{ type: 'tool', id: 'look_a:0', tool_output: { weather: 'sunny' } }],
  content_index: 1,
  type: 'TEXT_CONTENT',
}

const answer: ModelResponse = {
  id: 'c-1',
  model: 'command-a-plus-05-2026',
  createdAt: 1,
  output: [
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'I will look.' }] },
    { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'Hm.' }] },
    {
      type: 'message',
      role: 'assistant',
      content: [
        {
          type: 'output_text',
          text: 'Sunny, 🌍.',
          annotations: [
            { type: 'file_citation', origin: { dialect: 'cohere-chat', value: citation } },
          ],
        },
      ],
    },
    { type: 'function_call', call_id: 'look_a', name: 'look', arguments: '{"city":"Paris"}' },
    { type: 'function_call', call_id: 'look_b', name: 'look', arguments: '{}' },
  ],
  finishReason: 'tool_calls',
  usage: {
    inputTokens: 507,
    cachedInputTokens: 448,
    cacheWriteInputTokens: 0,
    outputTokens: 10,
    reasoningTokens: 0,
  },
  extras: {
    dialect: 'cohere-chat',
    fields: { billed_units: { input_tokens: 12, output_tokens: 7 } },
  },
}

const toolCalls = [
  { id: 'look_a', type: 'function', function: { name: 'look', arguments: '{"city":"Paris"}' } },
  { id: 'look_b', type: 'function', function: { name: 'look', arguments: '{}' } },
]
const usage = {
  billedUnits: { inputTokens: 12, outputTokens: 7 },
  tokens: { inputTokens: 507, outputTokens: 10 },
  cachedTokens: 448,
}

describe('the official Cohere client', () => {
  it('reads a whole answer', async () => {
    const { client } = clientFor(JSON.stringify(cohere.encodeResponse(answer)))
    const read = await client.chat({ model: 'm', messages: question })
    expect(read).toMatchObject({ id: 'c-1', finishReason: 'TOOL_CALL', usage })
    expect(read.message).toMatchObject({
      role: 'assistant',
      toolPlan: 'I will look.',
      content: [
        { type: 'thinking', thinking: 'Hm.' },
        { type: 'text', text: 'Sunny, 🌍.' },
      ],
      toolCalls,
      citations: [{ start: 0, end: 5, text: 'Sunny', contentIndex: 1, type: 'TEXT_CONTENT' }],
    })
  })

  it('reads a stream', async () => {
    const text = encodeEvents(cohere, responseEvents(answer))
    const { client } = clientFor(text, { contentType: 'text/event-stream' })
    const kinds: string[] = []
    let plan = ''
    let thinking = ''
    let said = ''
    let written = ''
    const calls: string[] = []
    let end: unknown
    for await (const event of await client.chatStream({ model: 'm', messages: question })) {
      if (kinds.at(-1) !== event.type) kinds.push(event.type)
      if (event.type === 'tool-plan-delta') plan += event.delta?.message?.toolPlan ?? ''
      if (event.type === 'content-delta') {
        thinking += event.delta?.message?.content?.thinking ?? ''
        said += event.delta?.message?.content?.text ?? ''
      }
      if (event.type === 'tool-call-start') {
        calls.push(event.delta?.message?.toolCalls?.function?.name ?? '')
      }
      if (event.type === 'tool-call-delta') {
        written += event.delta?.message?.toolCalls?.function?.arguments ?? ''
      }
      if (event.type === 'message-end') end = event.delta
    }
    expect({ plan, thinking, said, calls, written }).toEqual({
      plan: 'I will look.',
      thinking: 'Hm.',
      said: 'Sunny, 🌍.',
      calls: ['look', 'look'],
      written: '{"city":"Paris"}{}',
    })
    expect(end).toEqual({ finishReason: 'TOOL_CALL', usage })
    expect(kinds.slice(0, 6)).toEqual([
      'message-start',
      'tool-plan-delta',
      'content-start',
      'content-delta',
      'content-end',
      'content-start',
    ])
    expect(kinds).toContain('citation-start')
  })

  it('writes requests that come back from the canonical form as they were', async () => {
    const { client, sent } = clientFor(JSON.stringify(cohere.encodeResponse(answer)))
    await client.chat({
      model: 'command-a-plus-05-2026',
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'look' },
            { type: 'image_url', imageUrl: { url: 'https://example.com/a.png', detail: 'low' } },
          ],
        },
        {
          role: 'assistant',
          toolPlan: 'I will look.',
          toolCalls: [
            { id: 'a', type: 'function', function: { name: 'look', arguments: '{"n":1.0}' } },
          ],
        },
        {
          role: 'tool',
          toolCallId: 'a',
          content: [
            { type: 'text', text: 'sunny' },
            { type: 'document', document: { id: 'd', data: { weather: 'sunny' } } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.' },
            { type: 'text', text: 'Sunny.' },
          ],
          citations: [{ start: 0, end: 5, text: 'Sunny', contentIndex: 1, type: 'TEXT_CONTENT' }],
        },
        { role: 'user', content: 'sure?' },
      ],
      tools: [{ type: 'function', function: { name: 'look', parameters: { type: 'object' } } }],
      strictTools: true,
      documents: ['one', { id: 'two', data: { text: 'two' } }],
      citationOptions: { mode: 'FAST' },
      safetyMode: 'STRICT',
      maxTokens: 100,
      stopSequences: ['x'],
      temperature: 0,
      seed: 7,
      frequencyPenalty: 0.5,
      presencePenalty: 0.25,
      k: 10,
      p: 0.9,
      logprobs: true,
      toolChoice: 'REQUIRED',
      thinking: { type: 'enabled', tokenBudget: 500 },
      priority: 3,
    })
    const [body] = sent
    expect(cohere.encodeRequest(cohere.decodeRequest(body))).toEqual(body)
  })

  it.each([
    [{ type: 'json_object' as const, jsonSchema: { type: 'object' } }],
    [{ type: 'json_object' as const }],
    [{ type: 'text' as const }],
  ])('asks for the format %j', async (responseFormat) => {
    const { client, sent } = clientFor(JSON.stringify(cohere.encodeResponse(answer)))
    await client.chat({ model: 'm', messages: question, responseFormat })
    const { response_format: format, ...body } = sent[0] as Record<string, unknown>
    const again = cohere.encodeRequest(cohere.decodeRequest(sent[0]))
    // Text is what is answered in any case.
    expect(again).toEqual(responseFormat.type === 'text' ? body : sent[0])
    expect(format).toBeDefined()
  })

  it.each([
    [new ModelError('authentication', 'no such key'), 401, 'UnauthorizedError'],
    [new ModelError('not-found', 'no such model'), 404, 'NotFoundError'],
    [new ModelError('rate-limited', 'slow down'), 429, 'TooManyRequestsError'],
    [new ModelError('invalid-request', 'no'), 400, 'BadRequestError'],
  ])('throws its own error for %o', async (error, status, name) => {
    const { body } = cohere.encodeError(error)
    const { client } = clientFor(JSON.stringify(body), { status })
    const thrown: unknown = await client
      .chat({ model: 'm', messages: question })
      .catch((reason: unknown) => reason)
    expect(thrown).toMatchObject({ statusCode: status, body: { message: error.message } })
    expect((thrown as Error).constructor.name).toBe(name)
  })
})
