import { describe, expect, it } from 'vitest'
import type { ModelError } from '../../errors/model-error.ts'
import { adaptRequest } from '../../operations/chat/adapt-request.ts'
import { responseEvents } from '../../operations/chat/response-events.ts'
import { assemble, cutAt, decodeChunks, encodeEvents } from '../../test-support/recordings.ts'
import { testDialect } from '../../test-support/test-dialect.ts'

const completions = testDialect('openai-completions')
const chat = testDialect('openai-chat')
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as never

describe('a request for a completion', () => {
  const body = {
    model: 'm',
    prompt: 'Once',
    max_tokens: 5,
    temperature: 0.5,
    stop: ['x'],
    n: 2,
    logprobs: 3,
    logit_bias: { '5': -1 },
    suffix: 'end',
    echo: true,
    best_of: 3,
    stream: true,
    stream_options: { include_usage: true },
  }

  it('is read and written again', () => {
    expect(plain(completions.encodeRequest(completions.decodeRequest(body)))).toEqual(body)
  })

  it('is a message of the user to a model that chats', () => {
    const { best_of: _, echo: _echo, suffix: _suffix, ...shared } = body
    expect(chat.encodeRequest(completions.decodeRequest(shared))).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'Once' }],
      max_completion_tokens: 5,
      temperature: 0.5,
      stop: ['x'],
      n: 2,
      logprobs: true,
      top_logprobs: 3,
      logit_bias: { '5': -1 },
      stream: true,
      stream_options: { include_usage: true },
    })
  })

  it('is a transcript of what a chat has said before', () => {
    const request = chat.decodeRequest({
      model: 'm',
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: 'hello' },
        { role: 'user', content: 'more' },
      ],
    })
    expect(completions.encodeRequest(request)).toEqual({
      model: 'm',
      prompt: 'Be kind.\n\nUser: hi\n\nAssistant: hello\n\nUser: more\n\nAssistant:',
    })
  })

  it.each([
    ['suffix', 'end'],
    ['echo', true],
  ])(
    'with %s is refused where the model chats, for the answer would be another one',
    (param, value) => {
      const request = completions.decodeRequest({ model: 'm', prompt: 'x', [param]: value })
      const target = { dialect: 'openai-chat', support: chat.support('m') }
      expect(() => adaptRequest(request, target, { unsupported: 'Drop' })).toThrow(
        expect.objectContaining({ status: 400, param }) as ModelError,
      )
    },
  )

  it.each<[unknown, RegExp]>([
    [undefined, /Missing required field 'prompt'/],
    [7, /a string or an array/],
    [[], /at least one prompt/],
    [['a', 7], /neither texts nor ids/],
    [['a', 'b'], /one prompt per call/],
    [[1, 2], /does not take ids of tokens/],
  ])('with the prompt %j is refused for a model that chats', (prompt, message) => {
    const read = () => completions.decodeRequest({ model: 'm', prompt })
    expect(read).toThrow(message)
    expect(read).toThrow(expect.objectContaining({ status: 400, param: 'prompt' }) as ModelError)
  })
})

describe('a completion', () => {
  const token = (text: string) => ({ token: text, logprob: -1, bytes: null, top_logprobs: [] })
  const response = {
    id: 'cmpl-1',
    model: 'm',
    createdAt: 1,
    output: [
      {
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: ' upon', logprobs: [token(' up'), token('on')] }],
      },
    ],
    finishReason: 'length',
    usage: {
      inputTokens: 1,
      cachedInputTokens: 0,
      cacheWriteInputTokens: 0,
      outputTokens: 2,
      reasoningTokens: 0,
    },
  } as const

  it('has the legacy form of probabilities', () => {
    expect(completions.encodeResponse(response)).toMatchObject({
      object: 'text_completion',
      choices: [
        {
          index: 0,
          text: ' upon',
          finish_reason: 'length',
          logprobs: {
            tokens: [' up', 'on'],
            token_logprobs: [-1, -1],
            top_logprobs: [{}, {}],
            text_offset: [0, 3],
          },
        },
      ],
    })
  })

  it('is read as it was written, whole and in a stream split at every byte', () => {
    expect(completions.decodeResponse(plain(completions.encodeResponse(response)))).toEqual(
      response,
    )
    const bytes = Buffer.from(encodeEvents(completions, responseEvents(response)))
    for (let place = 0; place <= bytes.length; place += 1) {
      expect(assemble(decodeChunks(completions, cutAt(bytes, place)))).toEqual(response)
    }
  })

  it('says of a chat only its text', () => {
    const called = {
      ...response,
      output: [
        { type: 'reasoning', summary: [], content: [{ type: 'reasoning_text', text: 'hm' }] },
        ...response.output,
        { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
      ],
      finishReason: 'tool_calls',
    } as const
    expect(completions.encodeResponse(called)).toMatchObject({
      choices: [{ text: ' upon', finish_reason: 'stop' }],
    })
    const stream = encodeEvents(completions, responseEvents(called))
    expect(stream).not.toContain('hm')
    expect(stream).not.toContain('tool_calls')
  })
})
