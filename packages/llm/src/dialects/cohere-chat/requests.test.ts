import { describe, expect, it } from 'vitest'
import { adaptRequest } from '../../operations/chat/adapt-request.ts'
import type { Item } from '../../operations/chat/item.ts'
import type { ModelRequest } from '../../operations/chat/model-request.ts'
import { chatFormatOf } from '../dialect.ts'
import { cohereChat } from './dialect.ts'
import { testDialect } from '../../test-support/test-dialect.ts'

const cohere = testDialect('cohere-chat')
const chat = testDialect('openai-chat')
const hello = { role: 'user', content: 'hi' }
const tool = { type: 'function', function: { name: 'look', parameters: { type: 'object' } } }
const other = { type: 'function', function: { name: 'other' } }

/** A call of OpenAI's chat completions, as Cohere gets it. */
function sent(body: object, model = 'command-a-03-2025') {
  const request = chat.decodeRequest({ model, messages: [hello], ...body })
  const target = { dialect: 'cohere-chat', support: cohere.support(model) }
  const { request: adapted } = adaptRequest(request, target, { unsupported: 'Drop' })
  return cohere.encodeRequest(adapted) as Record<string, unknown>
}

function sentItems(items: readonly Item[], model = 'command-a-03-2025'): unknown {
  const request: ModelRequest = {
    model,
    items,
    tools: [],
    settings: {},
    stream: false,
    includeUsage: false,
    extras: {},
    extrasDialect: 'openai-chat',
  }
  return (cohere.encodeRequest(request) as Record<string, unknown>)['messages']
}

describe('a call of another dialect', () => {
  it('is written in the words of this one', () => {
    expect(
      sent({
        max_tokens: 5,
        top_p: 1,
        temperature: 1.5,
        top_k: 7,
        stop: 'x',
        seed: 3,
        presence_penalty: -1,
        user: 'me',
        stream: true,
      }),
    ).toEqual({
      model: 'command-a-03-2025',
      messages: [hello],
      max_tokens: 5,
      p: 0.99,
      temperature: 1,
      k: 7,
      stop_sequences: ['x'],
      seed: 3,
      presence_penalty: 0,
      stream: true,
    })
  })

  it('gives one of two penalties, since several models take no more', () => {
    const both = sent({ presence_penalty: 0.5, frequency_penalty: 0.5 })
    expect(both).toMatchObject({ frequency_penalty: 0.5 })
    expect(both).not.toHaveProperty('presence_penalty')
  })

  it.each([
    ['required', ['look', 'other'], 'REQUIRED'],
    ['none', ['look', 'other'], 'NONE'],
    ['auto', ['look', 'other'], undefined],
    [{ type: 'function', function: { name: 'other' } }, ['other'], 'REQUIRED'],
  ])('chooses the tool %j', (choice, names, expected) => {
    const body = sent({ tools: [tool, other], tool_choice: choice })
    expect(body['tool_choice']).toBe(expected)
    expect((body['tools'] as (typeof tool)[]).map((each) => each.function.name)).toEqual(names)
  })

  it('gives a tool a schema, which is required', () => {
    expect(sent({ tools: [other] })['tools']).toEqual([
      {
        type: 'function',
        function: { name: 'other', parameters: { type: 'object', properties: {} } },
      },
    ])
  })

  it('withholds its tools from an older model that it must not call', () => {
    const body = sent({ tools: [tool], tool_choice: 'none' }, 'command-r-08-2024')
    expect(body).not.toHaveProperty('tools')
    expect(body).not.toHaveProperty('tool_choice')
    expect(() => sent({ tools: [tool], tool_choice: 'required' }, 'command-r-08-2024')).toThrow(
      /forced tool calls/,
    )
  })

  it('is strict only if all its tools are', () => {
    const strict = { type: 'function', function: { ...tool.function, strict: true } }
    expect(sent({ tools: [strict] })['strict_tools']).toBe(true)
    expect(sent({ tools: [strict, other] })).not.toHaveProperty('strict_tools')
  })

  it('thinks where the model can', () => {
    expect(sent({ reasoning_effort: 'high' })).not.toHaveProperty('thinking')
    const thinking = (effort: string) =>
      sent({ reasoning_effort: effort }, 'command-a-reasoning-08-2025')['thinking']
    expect(thinking('high')).toEqual({ type: 'enabled' })
    expect(thinking('none')).toEqual({ type: 'disabled' })
  })

  it('cannot ask for JSON and give tools', () => {
    const format = { type: 'json_schema', json_schema: { name: 'a', schema: { type: 'object' } } }
    expect(sent({ response_format: format })['response_format']).toEqual({
      type: 'json_object',
      json_schema: { type: 'object' },
    })
    expect(() => sent({ response_format: format, tools: [tool] })).toThrow(
      expect.objectContaining({ status: 400, param: 'response_format' }),
    )
  })
})

describe('the turn of an assistant', () => {
  const thought = (text: string): Item => ({
    type: 'reasoning',
    summary: [],
    maker: 'anthropic-messages',
    signature: 'seal',
    content: [{ type: 'reasoning_text', text }],
  })
  const said = (text: string): Item => ({
    type: 'message',
    role: 'assistant',
    content: [{ type: 'output_text', text }],
  })
  const call = (text: string): Item => ({
    type: 'function_call',
    call_id: 'a',
    name: 'look',
    arguments: text,
  })
  const output: Item = { type: 'function_call_output', call_id: 'a', output: 'sunny' }
  const called = (text: string) => [
    { id: 'a', type: 'function', function: { name: 'look', arguments: text } },
  ]

  it('is one message with its calls, so that their outputs follow it', () => {
    const turn = [thought('hm'), said('Looking.'), call('{}'), said('Soon.'), output]
    expect(sentItems(turn, 'command-a-reasoning-08-2025')).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm' },
          { type: 'text', text: 'Looking.' },
          { type: 'text', text: 'Soon.' },
        ],
        tool_calls: called('{}'),
      },
      { role: 'tool', tool_call_id: 'a', content: 'sunny' },
    ])
  })

  it('tells a model that does not think its thoughts as the plan for its calls', () => {
    expect(sentItems([thought('hm'), call('null'), output])).toEqual([
      { role: 'assistant', tool_plan: 'hm', tool_calls: called('{}') },
      { role: 'tool', tool_call_id: 'a', content: 'sunny' },
    ])
    expect(sentItems([thought('hm'), said('Sunny.')])).toEqual([
      { role: 'assistant', content: [{ type: 'text', text: 'Sunny.' }] },
    ])
  })

  it('keeps two answers in a row apart', () => {
    expect(sentItems([said('One.'), said('Two.')])).toHaveLength(2)
  })

  it('has arguments that are an object, whatever a model wrote', () => {
    expect(sentItems([call('[1'), output])).toMatchObject([
      { tool_calls: called('{"invalid_arguments":"[1"}') },
      {},
    ])
  })

  it('is not followed by images of a tool', () => {
    const image: Item = {
      ...output,
      output: [{ type: 'input_image', image_url: 'https://example.com/a.png' }],
    }
    expect(() => sentItems([call('{}'), image])).toThrow(/only be text/)
  })
})

it('citations of a plan and of thinking come back, though no other dialect has them', () => {
  const body = {
    id: 'x',
    message: {
      role: 'assistant',
      content: [{ type: 'text', text: 'Sunny.' }],
      citations: [{ start: 0, end: 1, text: 'I', sources: [], type: 'PLAN' }],
    },
    finish_reason: 'STOP_SEQUENCE',
    logprobs: [{ text: 'Sunny.', token_ids: [1, 2], logprobs: [-0.5, -0.25] }],
  }
  const response = cohere.decodeResponse(body)
  expect(cohere.encodeResponse(response)).toEqual(body)
  const [message] = response.output
  expect(message).toMatchObject({
    content: [{ logprobs: [{ token: 'Sunny.', logprob: -0.5 }, { logprob: -0.25 }] }],
  })
  expect(message).not.toHaveProperty('content.0.annotations')
})

it('probabilities of all tokens come back from a stream', () => {
  const format = chatFormatOf(cohereChat)
  const entry = (token: string, logprob: number) => ({
    token,
    logprob,
    bytes: null,
    top_logprobs: [],
  })
  const logprobs = [entry('Sunny', -0.5), entry('', -0.25), entry('.', -1)]
  const encoder = format.createStreamEncoder({ includeUsage: true })
  const frames = [
    { type: 'response-start', id: 'a', model: 'm', createdAt: 0 } as const,
    { type: 'text-delta', text: 'Sunny.', logprobs } as const,
    { type: 'finish', finishReason: 'stop' } as const,
  ].map((event) => encoder.encode(event))
  const events = format.createStreamDecoder(0).push(Buffer.from(frames.join('')))
  const said = events.filter((event) => event.type === 'text-delta')
  expect(said.map(({ text }) => text)).toEqual(['Sunny', '.'])
  expect(said.flatMap((event) => event.logprobs ?? [])).toEqual(logprobs)
})

describe('errors', () => {
  it.each([
    [401, 'invalid api token', 'CredentialRefused'],
    [404, "model 'x' not found, make sure the correct model ID was used", 'ModelUnavailable'],
    [429, 'You are using a Trial key, which is limited to 20 API calls / minute.', 'RateLimited'],
    [
      429,
      'You are using a Trial key, which is limited to 1000 API calls / month.',
      'CreditExhausted',
    ],
    [498, 'blocked output', 'ContentRefused'],
    [500, 'internal server error, this has been reported', 'ServerError'],
  ])('%i %s is %s', (status, message, failure) => {
    expect(cohere.decodeError(status, { message }, {})).toMatchObject({ failure })
  })

  it.each([
    [{ finish_reason: 'ERROR' }, 'ServerError'],
    [{ finish_reason: 'TIMEOUT' }, 'Timeout'],
    [{ error: 'it broke' }, 'ServerError'],
  ])('an answer that ends with %j is none', (end, failure) => {
    const error: unknown = expect.objectContaining({ failure })
    expect(() => cohere.decodeResponse({ message: {}, ...end })).toThrow(error)
    const decoder = cohere.createStreamDecoder()
    const frame = `data: ${JSON.stringify({ type: 'message-end', delta: end })}\n\n`
    expect(decoder.push(Buffer.from(frame)).at(-1)).toMatchObject({
      type: 'error',
      error: { failure },
    })
  })
})
