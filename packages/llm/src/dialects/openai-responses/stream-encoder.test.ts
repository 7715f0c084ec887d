import { describe, expect, it } from 'vitest'
import { ModelError } from '../../errors/model-error.ts'
import type { StreamEvent } from '../../operations/chat/stream-event.ts'
import { assemble, decodeChunks } from '../../test-support/recordings.ts'
import { responseEventsOf, responsesGrammarProblems } from '../../test-support/responses-grammar.ts'
import { testDialect } from '../../test-support/test-dialect.ts'

const responses = testDialect('openai-responses')

const start: StreamEvent = { type: 'response-start', id: 'r1', model: 'm', createdAt: 7 }
const stop: StreamEvent = { type: 'finish', finishReason: 'stop' }

function write(events: readonly StreamEvent[], repeated = {}): string {
  const encoder = responses.createStreamEncoder({ includeUsage: true, repeated })
  return events.map((event) => encoder.encode(event)).join('')
}

function read(stream: string) {
  const payloads = stream.split('\n').flatMap((line) => /^data: (.*)$/.exec(line)?.[1] ?? [])
  return responseEventsOf(payloads)
}

describe('a stream of Responses', () => {
  it('keeps what its events say, calls mixed with each other included', () => {
    const events: StreamEvent[] = [
      start,
      { type: 'reasoning-delta', text: 'one', summaryPart: 0 },
      { type: 'reasoning-delta', text: 'two', summaryPart: 1 },
      { type: 'reasoning-end', maker: 'openai-responses', encryptedContent: 'x' },
      { type: 'reasoning-delta', text: 'hm' },
      { type: 'reasoning-end', maker: 'anthropic-messages', signature: 's' },
      { type: 'text-delta', text: 'first', message: { id: 'msg_1', phase: 'commentary' } },
      { type: 'text-delta', text: 'part', startsPart: true, logprobs: [{ token: 'part' }] },
      { type: 'text-delta', text: 'second', message: { id: 'msg_2' } },
      { type: 'annotation', annotation: { type: 'url_citation', url: 'u', title: 't' } },
      { type: 'refusal-delta', text: 'no' },
      { type: 'tool-call-start', index: 0, id: 'c0', name: 'f' },
      { type: 'tool-call-start', index: 1, id: 'c1', name: 'g', custom: true },
      { type: 'tool-call-delta', index: 0, arguments: '{"a"' },
      { type: 'tool-call-delta', index: 1, arguments: 'free' },
      { type: 'tool-call-delta', index: 0, arguments: ':1}' },
      { type: 'tool-call-start', index: 2, id: 'c2', name: 'none' },
      {
        type: 'finish',
        finishReason: 'length',
      },
    ]
    const stream = write(events)
    expect(responsesGrammarProblems(read(stream))).toEqual([])
    const again = assemble(decodeChunks(responses, [Buffer.from(stream)]))
    expect(again.finishReason).toBe('length')
    expect(again.output).toMatchObject([
      { type: 'reasoning', summary: [{ text: 'one' }, { text: 'two' }], encrypted_content: 'x' },
      { type: 'reasoning', content: [{ text: 'hm' }], signature: 's', maker: 'anthropic-messages' },
      {
        id: 'msg_1',
        phase: 'commentary',
        content: [{ text: 'first' }, { text: 'part', logprobs: [{ token: 'part' }] }],
      },
      {
        id: 'msg_2',
        content: [
          { text: 'second', annotations: [{ url: 'u', title: 't' }] },
          { type: 'refusal', refusal: 'no' },
        ],
      },
      { type: 'function_call', call_id: 'c0', arguments: '{"a":1}' },
      { type: 'function_call', call_id: 'c1', custom: true, arguments: 'free' },
      { type: 'function_call', call_id: 'c2', arguments: '{}' },
    ])
  })

  it('tells thinking as a summary to a caller that asks for summaries', () => {
    const events: StreamEvent[] = [
      start,
      { type: 'reasoning-delta', text: 'hm' },
      { type: 'reasoning-end', maker: 'anthropic-messages', signature: 's' },
      stop,
    ]
    const asked = read(write(events, { reasoning: { summary: 'auto' } }))
    expect(responsesGrammarProblems(asked)).toEqual([])
    expect(asked.map(({ type }) => type)).toContain('response.reasoning_summary_text.delta')
    expect(read(write(events)).map(({ type }) => type)).toContain('response.reasoning_text.delta')
  })

  it('repeats fields of its request', () => {
    const tools = [{ type: 'function', name: 'f', parameters: {}, strict: true }]
    const [created] = read(write([start, stop], { tools, temperature: 0.5, metadata: { a: 'b' } }))
    expect(created?.['response']).toMatchObject({
      id: 'resp_r1',
      status: 'in_progress',
      temperature: 0.5,
      metadata: { a: 'b' },
      tools: [{ ...tools[0], description: null }],
      store: false,
      top_p: 1,
    })
  })

  it('tells a picture as OpenAI tells those that its models make', () => {
    const file = { type: 'output_file', media_type: 'image/png', data: 'AAAA' } as const
    const events = read(write([start, { type: 'file', file }, stop]))
    expect(responsesGrammarProblems(events)).toEqual([])
    expect(events.at(-1)?.['response']).toMatchObject({
      output: [{ type: 'image_generation_call', status: 'completed', result: 'AAAA' }],
    })
  })

  it('that breaks off ends with the error, and with the failed response', () => {
    const error = new ModelError('rate-limited', 'slow down')
    const events = read(write([start, { type: 'text-delta', text: 'a' }, { type: 'error', error }]))
    expect(responsesGrammarProblems(events)).toEqual([])
    expect(events.slice(-2)).toMatchObject([
      { type: 'error', code: 'rate_limit_exceeded', error: { message: 'slow down' } },
      { type: 'response.failed', response: { status: 'failed', error: { message: 'slow down' } } },
    ])
  })

  it('longer than may be held is an error', () => {
    const encoder = responses.createStreamEncoder({ includeUsage: true, heldBytesMax: 10 })
    encoder.encode(start)
    encoder.encode({ type: 'text-delta', text: '12345' })
    expect(() => encoder.encode({ type: 'text-delta', text: '678901' })).toThrow(ModelError)
  })

  it('numbers an error after the frames that have passed', () => {
    const sent = Buffer.from('event: x\ndata: {"type":"x","sequence_number":41,"delta":"a"}\n\n')
    const frame = responses.passage.errorFrame(new ModelError('upstream', 'cut'), sent)
    expect(read(frame)).toMatchObject([{ type: 'error', sequence_number: 42 }])
  })
})
