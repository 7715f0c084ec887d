import { testDialect } from './test-support/test-dialect.ts'
import { describe, expect, it } from 'vitest'
import { responseEvents } from './operations/chat/response-events.ts'
import { createStreamAssembler } from './operations/chat/stream-assembler.ts'
import { summarize, type AnswerSummary } from './test-support/answer-summary.ts'
import { geminiStreams, noUsage } from './test-support/gemini-streams.ts'
import {
  assemble,
  cutAt,
  decodeChunks,
  encodeEvents,
  readFixture,
} from './test-support/recordings.ts'
import { grammarProblems } from './test-support/stream-grammar.ts'

const recordings: [string, string, AnswerSummary][] = [
  [
    'openai-text.sse',
    'openai-chat',
    {
      text: 'Grüße 🌍\n"quoted"',
      reasoning: '',
      refusal: '',
      calls: [],
      finish: 'stop',
      usage: {
        inputTokens: 19,
        cachedInputTokens: 4,
        cacheWriteInputTokens: 0,
        outputTokens: 10,
        reasoningTokens: 3,
      },
    },
  ],
  [
    'openai-parallel-tools.sse',
    'openai-chat',
    {
      text: '',
      reasoning: '',
      refusal: '',
      calls: [
        { id: 'call_a', name: 'get_weather', input: { city: 'Paris' } },
        { id: 'call_b', name: 'get_time', input: {} },
      ],
      finish: 'tool_calls',
      usage: undefined,
    },
  ],
  [
    'anthropic-text.sse',
    'anthropic-messages',
    {
      text: 'Grüße 🌍!',
      reasoning: '',
      refusal: '',
      calls: [],
      finish: 'stop',
      usage: {
        inputTokens: 132,
        cachedInputTokens: 100,
        cacheWriteInputTokens: 7,
        outputTokens: 15,
        reasoningTokens: 0,
      },
    },
  ],
  [
    'anthropic-thinking.sse',
    'anthropic-messages',
    {
      text: '12231',
      reasoning: '27 * 453 = 12231',
      refusal: '',
      calls: [],
      finish: 'stop',
      usage: { ...noUsage, inputTokens: 25, outputTokens: 40 },
    },
  ],
  [
    'anthropic-tools.sse',
    'anthropic-messages',
    {
      text: 'Checking.',
      reasoning: '',
      refusal: '',
      calls: [
        { id: 'toolu_1', name: 'get_weather', input: { city: 'Paris' } },
        { id: 'toolu_2', name: 'get_time', input: {} },
      ],
      finish: 'tool_calls',
      usage: { ...noUsage, inputTokens: 472, outputTokens: 89 },
    },
  ],
  [
    'responses-tools.sse',
    'openai-responses',
    {
      text: 'Grüße 🌍',
      reasoning: '',
      refusal: '',
      calls: [{ id: 'call_1', name: 'get_weather', input: { city: 'Paris' } }],
      finish: 'tool_calls',
      usage: {
        inputTokens: 19,
        cachedInputTokens: 4,
        cacheWriteInputTokens: 0,
        outputTokens: 10,
        reasoningTokens: 3,
      },
    },
  ],
  ...geminiStreams,
  [
    'cohere-thinking.sse',
    'cohere-chat',
    {
      text: 'Grüße 🌍\n"usage": {}',
      reasoning: 'The handbook says so.',
      refusal: '',
      calls: [],
      finish: 'stop',
      usage: { ...noUsage, inputTokens: 507, cachedInputTokens: 448, outputTokens: 10 },
    },
  ],
  [
    'cohere-tools.sse',
    'cohere-chat',
    {
      text: '',
      reasoning: 'I will look.',
      refusal: '',
      calls: [
        { id: 'get_weather_a', name: 'get_weather', input: { city: 'Paris' } },
        { id: 'get_time_b', name: 'get_time', input: {} },
      ],
      finish: 'tool_calls',
      usage: { ...noUsage, inputTokens: 1445, cachedInputTokens: 704, outputTokens: 43 },
    },
  ],
  [
    'bedrock-tools.jsonl',
    'bedrock-converse',
    {
      text: 'Grüße 🌍\n"quoted"',
      reasoning: 'Thinking 🧠',
      refusal: '',
      calls: [
        { id: 'tooluse_1', name: 'get_weather', input: { city: 'Paris' } },
        { id: 'tooluse_2', name: 'get_time', input: {} },
      ],
      finish: 'tool_calls',
      usage: { ...noUsage, inputTokens: 20, cachedInputTokens: 4, outputTokens: 12 },
    },
  ],
]

const targets = [
  'openai-chat',
  'openai-responses',
  'anthropic-messages',
  'gemini',
  'cohere-chat',
  'bedrock-converse',
]

describe.each(recordings)('the stream %s', (name, dialectName, expected) => {
  const bytes = readFixture(name)
  const dialect = testDialect(dialectName)
  const whole = decodeChunks(dialect, [bytes])

  it('follows the grammar and yields the answer', () => {
    expect(grammarProblems(whole)).toEqual([])
    expect(summarize(assemble(whole))).toEqual(expected)
  })

  it('reads the same when split at any byte', () => {
    const expectedEvents = withoutTime(whole)
    for (let place = 0; place <= bytes.length; place += 1) {
      expect(withoutTime(decodeChunks(dialect, cutAt(bytes, place)))).toEqual(expectedEvents)
    }
  })

  it('is an error or a whole answer when truncated at any byte', () => {
    for (let place = 0; place < bytes.length; place += 1) {
      const events = decodeChunks(dialect, [bytes.subarray(0, place)])
      expect(grammarProblems(events)).toEqual([])
      if (events.at(-1)?.type === 'finish') {
        const { usage: _, ...answer } = summarize(assemble(events))
        expect(expected).toMatchObject(answer)
      }
    }
  })

  it.each(targets)('is encoded again in %s', (target) => {
    const text = encodeEvents(testDialect(target), whole)
    const again = decodeChunks(testDialect(target), [Buffer.from(text)])
    expect(grammarProblems(again)).toEqual([])
    const { usage, ...answer } = summarize(assemble(again))
    const { usage: expectedUsage, ...expectedAnswer } = expected
    expect(answer).toEqual(expectedAnswer)
    expect(usage?.inputTokens ?? 0).toBe(expectedUsage?.inputTokens ?? 0)
    expect(usage?.cachedInputTokens ?? 0).toBe(expectedUsage?.cachedInputTokens ?? 0)
    expect(usage?.outputTokens ?? 0).toBe(expectedUsage?.outputTokens ?? 0)
  })

  it.each(targets)('is encoded whole in %s', (target) => {
    const body: unknown = JSON.parse(
      JSON.stringify(testDialect(target).encodeResponse(assemble(whole))),
    )
    const { usage: _, ...answer } = summarize(testDialect(target).decodeResponse(body))
    expect(expected).toMatchObject(answer)
  })

  it('is the stream of its own whole answer', () => {
    const response = assemble(whole)
    const events = responseEvents(response)
    expect(grammarProblems(events)).toEqual([])
    expect(assemble(events)).toEqual(response)
  })
})

function withoutTime(events: readonly object[]): object[] {
  return events.map((event) => ({ ...event, createdAt: 0 }))
}

describe('a stream that breaks off', () => {
  it('reports the error of the provider and keeps what came before', () => {
    const events = decodeChunks(testDialect('anthropic-messages'), [
      readFixture('anthropic-error.sse'),
    ])
    expect(grammarProblems(events)).toEqual([])
    const assembler = createStreamAssembler()
    for (const event of events) assembler.push(event)
    expect(assembler.partial()).toEqual([
      {
        type: 'message',
        role: 'assistant',
        status: 'incomplete',
        content: [{ type: 'output_text', text: 'Hel' }],
      },
    ])
    expect(() => assembler.response()).toThrow(
      expect.objectContaining({ kind: 'overloaded', message: 'Overloaded', retryable: true }),
    )
  })

  it('takes nothing that would make the answer longer than it may be', () => {
    const assembler = createStreamAssembler({ bytesMax: 1_000 })
    const text = (length: number) => ({ type: 'text-delta', text: 'ä'.repeat(length) }) as const
    expect(assembler.push(text(200))).toBe(true)
    expect(assembler.byteLength).toBe(500)
    expect(assembler.push(text(250))).toBe(true)
    expect(assembler.push(text(1))).toBe(false)
    expect(assembler.push({ type: 'finish', finishReason: 'stop' })).toBe(false)
    expect(assembler.partial()).toMatchObject([
      { status: 'incomplete', content: [{ text: 'ä'.repeat(450) }] },
    ])
  })

  it('counts items without any text', () => {
    const assembler = createStreamAssembler({ bytesMax: 100_000 })
    let taken = 0
    while (assembler.push({ type: 'tool-call-start', index: taken, id: '', name: '' })) taken++
    expect(taken).toBe(1_000)
  })

  it('joins very many small pieces', () => {
    const assembler = createStreamAssembler()
    for (let count = 0; count < 100_000; count++) {
      assembler.push({ type: 'text-delta', text: String(count % 10) })
    }
    expect(assembler.partial()).toMatchObject([
      { content: [{ text: '0123456789'.repeat(10_000) }] },
    ])
  })

  it('ends a chat stream with the error and without [DONE]', () => {
    const events = decodeChunks(testDialect('anthropic-messages'), [
      readFixture('anthropic-error.sse'),
    ])
    const text = encodeEvents(testDialect('openai-chat'), events)
    expect(text).toContain('data: {"error":{"message":"Overloaded","type":"server_error"')
    expect(text).not.toContain('[DONE]')
  })
})

describe('reasoning items', () => {
  it('carry their seals', () => {
    const events = decodeChunks(testDialect('anthropic-messages'), [
      readFixture('anthropic-thinking.sse'),
    ])
    expect(assemble(events).output.slice(0, 2)).toEqual([
      {
        type: 'reasoning',
        status: 'completed',
        summary: [],
        content: [{ type: 'reasoning_text', text: '27 * 453 = 12231' }],
        maker: 'anthropic-messages',
        signature: 'EqQBCgIYAhIM1gbcDa9GJwZA2b3h',
      },
      {
        type: 'reasoning',
        status: 'completed',
        summary: [],
        maker: 'anthropic-messages',
        encrypted_content: 'EmwKAhgBEgy3va3pzix',
      },
    ])
  })
})
