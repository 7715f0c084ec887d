import { parseJson, type JsonObject } from '@fairlead/base'
import { describe, expect, it } from 'vitest'
import { anthropicMessages } from './dialects/anthropic-messages/dialect.ts'
import { chatFormatOf } from './dialects/dialect.ts'
import { dialects } from './dialects/dialects.ts'
import { openAiChat } from './dialects/openai-chat/dialect.ts'
import type { ModelRequest } from './operations/chat/model-request.ts'
import type { ModelResponse } from './operations/chat/model-response.ts'
import { responseEvents } from './operations/chat/response-events.ts'
import { assemble } from './test-support/recordings.ts'
import { testDialect } from './test-support/test-dialect.ts'

const chat = testDialect('openai-chat')
const anthropic = testDialect('anthropic-messages')
const byName = { 'openai-chat': chat, 'anthropic-messages': anthropic }

const odd = '{"id":12345678901234567890,"x":1.0,"far":[-0,1e400,0.10]}'
const schema = `{"type":"object","properties":{"a":{"type":"integer","maximum":9223372036854775807,"multipleOf":1.0}}}`
const bodyOf = (text: string) => parseJson(text) as JsonObject

const chatBody = `{"model":"claude-sonnet-4-5","temperature":1.0,"max_tokens":1e2,"seed":12345678901234567890,
  "messages":[{"role":"user","content":"hi"},
    {"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":${JSON.stringify(odd)}}}]},
    {"role":"tool","tool_call_id":"c","content":"r"}],
  "tools":[{"type":"function","function":{"name":"f","parameters":${schema}}}],
  "response_format":{"type":"json_schema","json_schema":{"name":"n","schema":${schema}}},
  "vendor":${odd}}`

const anthropicBody = `{"model":"claude-sonnet-4-5","temperature":1.0,"max_tokens":1e2,
  "messages":[{"role":"user","content":"hi"},
    {"role":"assistant","content":[{"type":"tool_use","id":"c","name":"f","input":${odd}}]},
    {"role":"user","content":[{"type":"tool_result","tool_use_id":"c","content":"r"}]}],
  "tools":[{"name":"f","input_schema":${schema}},{"type":"web_search_20250305","name":"s","max":${odd}}],
  "vendor":${odd}}`

describe('the spelling of numbers in requests', () => {
  it.each(['openai-chat', 'anthropic-messages'] as const)('survives chat to %s', (to) => {
    const written = JSON.stringify(byName[to].encodeRequest(chat.decodeRequest(bodyOf(chatBody))))
    const input = to === 'openai-chat' ? JSON.stringify(odd) : odd
    expect(written).toContain(`:${input}`)
    expect(written).toContain('"maximum":9223372036854775807,"multipleOf":1.0')
    if (to === 'openai-chat') {
      expect(written).toContain(`"vendor":${odd}`)
      expect(written).toContain('"seed":12345678901234567890')
      expect(written.split('"maximum":9223372036854775807')).toHaveLength(3)
    }
  })

  it('survives Messages to Messages, also in tools of the provider', () => {
    const request = anthropic.decodeRequest(bodyOf(anthropicBody))
    const written = JSON.stringify(anthropic.encodeRequest(request))
    expect(written).toContain(`"input":${odd}`)
    expect(written).toContain(`"max":${odd}`)
    expect(written).toContain(`"vendor":${odd}`)
    expect(written).toContain('"maximum":9223372036854775807,"multipleOf":1.0')
  })

  it('survives Messages to chat', () => {
    const { tools: _, ...body } = bodyOf(anthropicBody)
    const written = JSON.stringify(chat.encodeRequest(anthropic.decodeRequest(body)))
    expect(written).toContain(`"arguments":${JSON.stringify(odd)}`)
  })

  it('survives in a schema that is moved to a description', () => {
    const request = chat.decodeRequest(bodyOf(chatBody.replace('sonnet-4-5', 'opus-4-8')))
    expect(JSON.stringify(anthropic.encodeRequest(request))).toContain(
      '{maximum: 9223372036854775807, multipleOf: 1.0}',
    )
  })

  it('leaves settings numbers', () => {
    expect(chat.decodeRequest(bodyOf(chatBody)).settings).toMatchObject({
      temperature: 1,
      maxOutputTokens: 100,
    })
    const limits = [
      openAiChat.passage.inspect(bodyOf(chatBody)),
      anthropicMessages.passage.inspect(bodyOf(anthropicBody)),
    ]
    expect(limits.map((sent) => sent.outputTokensMax)).toEqual([100, 100])
  })

  it.each([
    ['temperature', '1e400', /too large/],
    ['seed', '1e400', /an integer, but got a number/],
    ['seed', '1.5e-1', /an integer, but got a number/],
    ['tools', '1.0', /an array, but got a number/],
    ['stream_options', '1.0', /an object, but got a number/],
    ['max_tokens', '-1.0', /at least 1, but is -1/],
  ])('refuses %s: %s', (field, value, message) => {
    const body = bodyOf(
      `{"model":"m","messages":[{"role":"user","content":"x"}],"${field}":${value}}`,
    )
    expect(() => chat.decodeRequest(body)).toThrow(message)
  })
})

const chatAnswer = (
  argumentsValue: string,
) => `{"id":"i","object":"chat.completion","created":1.7e9,
  "model":"m","choices":[{"index":0.0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"t","type":"function",
  "function":{"name":"f","arguments":${argumentsValue}}}]},"finish_reason":"tool_calls"}],
  "usage":{"prompt_tokens":12.0,"completion_tokens":3.0,"total_tokens":15.0}}`

const message = `{"id":"m","type":"message","role":"assistant","model":"c",
  "content":[{"type":"tool_use","id":"t","name":"f","input":${odd}}],"stop_reason":"tool_use",
  "usage":{"input_tokens":12.0,"output_tokens":3}}`

describe('the spelling of numbers in answers', () => {
  it.each([
    ['a chat completion', chat, chatAnswer(JSON.stringify(odd))],
    ['a chat completion with arguments as an object', chat, chatAnswer(odd)],
    ['a message', anthropic, message],
  ])('survives %s', (_, from, text) => {
    const answer = from.decodeResponse(bodyOf(text))
    expect(answer.output).toMatchObject([{ type: 'function_call', arguments: odd }])
    expect(answer.usage).toMatchObject({ inputTokens: 12, outputTokens: 3 })
    expect(JSON.stringify(chat.encodeResponse(answer))).toContain(JSON.stringify(odd))
    expect(JSON.stringify(anthropic.encodeResponse(answer))).toContain(`"input":${odd}`)
  })

  it('survives a JSON answer that a tool stands in for', () => {
    const text = message.replace('"f"', '"fairlead_json_answer"')
    expect(anthropic.decodeResponse(bodyOf(text)).output).toMatchObject([
      { type: 'message', content: [{ text: odd }] },
    ])
  })

  it('reads numbers of usage and errors in any spelling', () => {
    expect(openAiChat.passage.readUsage(bodyOf(chatAnswer('{}')))?.inputTokens).toBe(12)
    expect(openAiChat.passage.scanUsage(Buffer.from(chatAnswer('{}')))?.inputTokens).toBe(12)
    expect(anthropicMessages.passage.scanUsage(Buffer.from(message))?.inputTokens).toBe(12)
    const failed = bodyOf('{"error":{"message":"slow down","code":429.0}}')
    expect(openAiChat.passage.answerFailure(failed)).toMatchObject({ status: 429 })
  })
})

const withTools = dialects.filter((dialect) => chatFormatOf(dialect).singlePrompt !== true)

describe.each(withTools)('the dialect $name', (dialect) => {
  const format = chatFormatOf(dialect)
  const called = {
    type: 'function_call',
    call_id: 'call_1',
    name: 'f',
    arguments: odd,
    status: 'completed',
  } as const
  const answer: ModelResponse = {
    id: 'i',
    model: 'm',
    createdAt: 0,
    output: [called],
    finishReason: 'tool_calls',
  }

  it('keeps it in the requests that it writes and reads', () => {
    const request: ModelRequest = {
      model: 'm',
      items: [
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
        called,
        { type: 'function_call_output', call_id: 'call_1', output: 'r' },
      ],
      tools: [{ name: 'f', parameters: bodyOf(schema) }],
      settings: { maxOutputTokens: 10 },
      stream: false,
      includeUsage: false,
      extras: bodyOf(`{"vendor":${odd}}`),
    }
    const written = bodyOf(JSON.stringify(format.encodeRequest(request)))
    const again = format.decodeRequest(written, { model: 'm' })
    expect(again.items[1]).toMatchObject({ arguments: odd })
    expect(JSON.stringify(again.tools)).toContain(schema)
    expect(JSON.stringify(again.extras)).toContain(odd)
  })

  it('keeps it in the answers that it writes and reads, whole and in a stream', () => {
    const body = bodyOf(JSON.stringify(format.encodeResponse(answer)))
    expect(format.decodeResponse(body, 0).output).toMatchObject([{ arguments: odd }])
    const encoder = format.createStreamEncoder({ includeUsage: true })
    const decoder = format.createStreamDecoder(0)
    const frames = responseEvents(answer).map((event) => encoder.encode(event))
    const events = [...decoder.push(Buffer.from(frames.join(''))), ...decoder.end()]
    expect(assemble(events).output).toMatchObject([{ arguments: odd }])
  })
})
