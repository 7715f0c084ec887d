import { testDialect } from '../../test-support/test-dialect.ts'
import { describe, expect, it } from 'vitest'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { summarize } from '../../test-support/answer-summary.ts'
import { assemble, decodeChunks } from '../../test-support/recordings.ts'
import { grammarProblems } from '../../test-support/stream-grammar.ts'

const chat = testDialect('openai-chat', { nowMs: 5000 })

function decode(deltas: readonly unknown[], last: unknown[] = ['[DONE]']): StreamEvent[] {
  const chunks = deltas.map((delta) => ({ id: 'c', model: 'm', choices: [{ index: 0, delta }] }))
  const text = [...chunks, ...last]
    .map((data) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`)
    .join('')
  const events = decodeChunks(chat, [Buffer.from(text)])
  expect(grammarProblems(events)).toEqual([])
  return events
}

function answer(deltas: readonly unknown[]) {
  return summarize(assemble(decode(deltas)))
}

const called = (fields: object, name: string, text: string) => ({
  tool_calls: [{ ...fields, function: { name, arguments: text } }],
})

describe('streams of compatible servers', () => {
  it.each(['reasoning_content', 'reasoning'])('may send thinking in %s', (field) => {
    const events = decode([{ [field]: 'hm' }, { [field]: 'm' }, { content: 'so' }])
    expect(events.map((event) => event.type)).toEqual([
      'response-start',
      'reasoning-delta',
      'reasoning-delta',
      'reasoning-end',
      'text-delta',
      'finish',
    ])
  })

  it('may send thinking and text in parts', () => {
    const thinking = { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] }
    expect(
      answer([{ content: [thinking] }, { content: [{ type: 'text', text: 'so' }] }]),
    ).toMatchObject({ reasoning: 'hm', text: 'so' })
  })

  it.each<[string, unknown[]]>([
    [
      'all calls at index 0',
      [called({ index: 0, id: 'a' }, 'f', '{}'), called({ index: 0, id: 'b' }, 'g', '{"x":1}')],
    ],
    ['calls without index', [called({ id: 'a' }, 'f', '{}'), called({ id: 'b' }, 'g', '{"x":1}')]],
    [
      'an id with every delta',
      [
        called({ index: 0, id: 'a' }, 'f', '{}'),
        called({ index: 1, id: 'b' }, 'g', '{"x"'),
        { tool_calls: [{ index: 1, id: 'b', function: { arguments: ':1}' } }] },
      ],
    ],
    [
      'arguments before the name',
      [
        called({ index: 0, id: 'a' }, 'f', '{}'),
        { tool_calls: [{ index: 1, id: 'b', function: { arguments: '{"x"' } }] },
        called({ index: 1 }, 'g', ':1}'),
      ],
    ],
    [
      'arguments as an object',
      [
        called({ index: 0, id: 'a' }, 'f', '{}'),
        { tool_calls: [{ index: 1, id: 'b', function: { name: 'g', arguments: { x: 1 } } }] },
      ],
    ],
    [
      'interleaved calls',
      [
        called({ index: 0, id: 'a' }, 'f', '{'),
        called({ index: 1, id: 'b' }, 'g', '{"x"'),
        { tool_calls: [{ index: 0, function: { arguments: '}' } }] },
        { tool_calls: [{ index: 1, function: { arguments: ':1}' } }] },
      ],
    ],
  ])('tell %s', (_, deltas) => {
    expect(answer(deltas).calls).toEqual([
      { id: 'a', name: 'f', input: {} },
      { id: 'b', name: 'g', input: { x: 1 } },
    ])
    expect(answer(deltas).finish).toBe('tool_calls')
  })

  it('may send calls without ids, which are given one', () => {
    const calls = answer([called({ index: 0 }, 'f', '{}'), called({ index: 1 }, 'g', '{}')]).calls
    expect(new Set(calls.map((one) => one.id)).size).toBe(2)
  })

  it('may send usage with every chunk, of which the last counts', () => {
    const usage = (count: number) => ({ prompt_tokens: 3, completion_tokens: count })
    const chunk = (count: number, finish: string | null) => ({
      id: 'c',
      choices: [{ index: 0, delta: { content: 'x' }, finish_reason: finish }],
      usage: usage(count),
    })
    const events = decode([], [chunk(1, null), chunk(2, 'stop'), '[DONE]'])
    expect(assemble(events)).toMatchObject({
      usage: { inputTokens: 3, outputTokens: 2 },
      createdAt: 5,
    })
  })

  it('may send an empty finish reason until the end', () => {
    const chunk = (content: string, finish: string) => ({
      id: 'c',
      choices: [{ index: 0, delta: { content }, finish_reason: finish }],
    })
    const events = decode([], [chunk('a', ''), chunk('b', ''), chunk('', 'length'), '[DONE]'])
    expect(summarize(assemble(events))).toMatchObject({ text: 'ab', finish: 'length' })
  })

  it('may send other choices, which are not the answer', () => {
    const chunk = (index: number, content: string) => ({
      id: 'c',
      choices: [{ index, delta: { content } }],
    })
    expect(
      summarize(assemble(decode([], [chunk(0, 'a'), chunk(1, 'b'), chunk(0, 'c'), '[DONE]']))).text,
    ).toBe('ac')
  })

  it.each<[string, unknown, object]>([
    [
      'an error chunk',
      { error: { message: 'no', code: 'rate_limit_exceeded', type: 'requests' } },
      { kind: 'rate-limited', message: 'no' },
    ],
    [
      'an error with a status',
      { error: { message: 'gone', code: 503 } },
      { kind: 'unavailable', status: 503 },
    ],
    [
      'an error of MiniMax',
      { choices: null, base_resp: { status_code: 1008, status_msg: 'insufficient balance' } },
      { failure: 'CreditExhausted', message: 'insufficient balance', code: '1008' },
    ],
    ['an error as text', { error: 'boom' }, { kind: 'upstream', message: 'boom' }],
    ['what is no JSON', '<html>', { kind: 'upstream' }],
  ])('break with %s', (_, last, expected) => {
    const events = decode([{ content: 'a' }], [last, '[DONE]'])
    expect(events.at(-1)).toMatchObject({ type: 'error', error: expected })
  })
})

describe('error answers', () => {
  it.each<[number, unknown, object]>([
    [
      400,
      {
        error: {
          message: "This model's maximum context length is 10 tokens",
          code: 'context_length_exceeded',
        },
      },
      { kind: 'context-length', status: 400, retryable: false },
    ],
    [
      401,
      {
        error: {
          message: 'Incorrect API key provided: sk-abcd1234***wxyz.',
          code: 'invalid_api_key',
        },
      },
      {
        kind: 'authentication',
        status: 401,
        retryable: true,
        message: 'Incorrect API key provided: [redacted].',
      },
    ],
    [
      404,
      { error: { message: 'The model `x` does not exist', code: 'model_not_found' } },
      { kind: 'not-found', code: 'model_not_found', retryable: true },
    ],
    [
      422,
      { detail: [{ loc: ['body'], msg: 'bad' }] },
      { kind: 'invalid-request', status: 422, message: '[{"loc":["body"],"msg":"bad"}]' },
    ],
    [
      429,
      { error: { message: 'slow' } },
      { kind: 'rate-limited', retryable: true, retryAfterSeconds: 7 },
    ],
    [500, 'oops', { kind: 'upstream', status: 502, message: 'oops', retryable: true }],
    [503, {}, { kind: 'unavailable', status: 503 }],
    [
      400,
      { success: false, errors: [{ code: 7003, message: 'no such model' }] },
      { kind: 'invalid-request', message: 'no such model' },
    ],
    [400, { object: 'error', message: 'bad' }, { kind: 'invalid-request', message: 'bad' }],
  ])('%i %j', (status, body, expected) => {
    expect(chat.decodeError(status, body, { 'retry-after': '7' })).toMatchObject(expected)
  })

  it('are none where MiniMax reports success', () => {
    const choices = [{ index: 0, message: { content: 'hi' }, finish_reason: 'stop' }]
    const base_resp = { status_code: 0, status_msg: '' }
    expect(chat.decodeResponse({ choices, base_resp })).toMatchObject({ finishReason: 'stop' })
  })

  it('inside a response with status 200 are errors', () => {
    expect(() => chat.decodeResponse({ error: { message: 'no', code: 429 } })).toThrow(
      expect.objectContaining({ kind: 'rate-limited' }),
    )
    const limited = { choices: null, base_resp: { status_code: 1002, status_msg: 'rate limit' } }
    expect(() => chat.decodeResponse(limited)).toThrow(
      expect.objectContaining({ failure: 'RateLimited', message: 'rate limit' }),
    )
    expect(() => chat.decodeResponse({})).toThrow(expect.objectContaining({ kind: 'upstream' }))
  })
})
