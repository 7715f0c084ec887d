import type { JsonObject } from '@fairlead/base'
import { timeGrowth } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { anthropicMessages } from './dialects/anthropic-messages/dialect.ts'
import { cohereChat } from './dialects/cohere-chat/dialect.ts'
import { chatFormatOf, type Dialect } from './dialects/dialect.ts'
import { dialects } from './dialects/dialects.ts'
import { openAiChat } from './dialects/openai-chat/dialect.ts'
import { openAiResponses } from './dialects/openai-responses/dialect.ts'
import { withoutCredentials } from './errors/provider-error.ts'
import { createSseParser } from './framing/sse.ts'
import { outlineBody } from './json/outline-body.ts'
import { adaptRequest } from './operations/chat/adapt-request.ts'
import { adaptationText } from './operations/chat/adaptation.ts'
import type { Item } from './operations/chat/item.ts'
import type { ModelRequest } from './operations/chat/model-request.ts'
import { featureSupport } from './operations/chat/request-feature.ts'
import { responseEvents } from './operations/chat/response-events.ts'
import { createStreamAssembler } from './operations/chat/stream-assembler.ts'

const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, index) => make(index))

const body = (messages: readonly unknown[], more: object = {}): JsonObject => ({
  model: 'm',
  messages,
  ...more,
})

const calls = (count: number, id: (index: number) => string): Item[] =>
  times(count, (index) => ({
    type: 'function_call',
    call_id: id(index),
    name: 'f',
    arguments: '{}',
  }))

const outputs = (count: number, id: (index: number) => string): Item[] =>
  times(count, (index) => ({ type: 'function_call_output', call_id: id(index), output: 'x' }))

const plainRequest: ModelRequest = {
  model: 'm',
  items: [],
  tools: [],
  settings: {},
  stream: false,
  includeUsage: false,
  extras: {},
}

/** Bodies in OpenAI's format, by their number of entries. */
const bodies: Readonly<Record<string, (count: number) => JsonObject>> = {
  'many messages': (count) => body(times(count, () => ({ role: 'user', content: 'x' }))),
  'many parts': (count) =>
    body([{ role: 'user', content: times(count, () => ({ type: 'text', text: 'x' })) }]),
  'many functions called': (count) =>
    body(
      times(count, (index) => [
        { role: 'assistant', function_call: { name: `f${index}`, arguments: '{}' } },
        { role: 'function', name: `f${index}`, content: 'x' },
      ]).flat(),
    ),
  'many calls in one message': (count) =>
    body([
      {
        role: 'assistant',
        tool_calls: times(count, (index) => ({
          id: `c${index}`,
          type: 'function',
          function: { name: 'f', arguments: '{}' },
        })),
      },
    ]),
  'many tools': (count) =>
    body([{ role: 'user', content: 'x' }], {
      tools: times(count, (index) => ({ type: 'function', function: { name: `f${index}` } })),
    }),
}

describe('takes linear time', () => {
  it.each(Object.entries(bodies))('reading a body with %s', async (_, make) => {
    const { passage } = openAiChat
    const growth = await timeGrowth(make, 1000, (value) => {
      const bytes = Buffer.from(JSON.stringify(value))
      const sent = passage.inspect(value)
      const outline = outlineBody(bytes, passage.decidedFields)
      passage.edit(bytes, sent, { model: 'other', edits: {}, options: {}, outline })
      return chatFormatOf(openAiChat).decodeRequest(value)
    })
    expect(growth).toBeLessThan(32)
  })

  it.each<[string, (count: number) => Item[]]>([
    [
      'calls at once',
      (count) => [...calls(count, (i) => `c${i}`), ...outputs(count, (i) => `c${i}`)],
    ],
    ['calls of one id', (count) => [...calls(count, () => 'c'), ...outputs(count, () => 'c')]],
    [
      'ids that look like copies',
      (count) => [
        ...calls(count, (i) => `c_${i}`),
        ...calls(count, () => 'c'),
        ...outputs(count, (i) => `c_${i}`),
        ...outputs(count, () => 'c'),
      ],
    ],
  ])('writing %s', async (_, items) => {
    for (const dialect of dialects) {
      if (chatFormatOf(dialect).singlePrompt === true) continue
      const growth = await timeGrowth(items, 1000, (written) =>
        chatFormatOf(dialect).encodeRequest({ ...plainRequest, items: written }),
      )
      expect(growth).toBeLessThan(32)
    }
  })

  it('adapting a request with many fields of another dialect', async () => {
    const support = featureSupport({})
    const fieldsOf = (count: number) =>
      Object.fromEntries(times(count, (index) => [`field_${index}`, 1]))
    const growth = await timeGrowth(fieldsOf, 1000, (extras) => {
      const request = { ...plainRequest, items: calls(100, (i) => `c${i}`), extras }
      const { adapted } = adaptRequest(
        { ...request, extrasDialect: 'other' },
        { dialect: 'own', support },
        { unsupported: 'Drop' },
      )
      return adaptationText(adapted)
    })
    expect(growth).toBeLessThan(32)
  })

  it('reading, writing and streaming the items of Responses', async () => {
    const { passage } = openAiResponses
    const format = chatFormatOf(openAiResponses)
    const input = (count: number) => ({
      model: 'm',
      input: times(count, (index) => [
        { type: 'function_call', call_id: `c${index}`, name: 'f', arguments: '{}' },
        { type: 'function_call_output', call_id: `c${index}`, output: 'x' },
      ]).flat(),
    })
    const growth = await timeGrowth(input, 1000, (value) => {
      const bytes = Buffer.from(JSON.stringify(value))
      const outline = outlineBody(bytes, passage.decidedFields)
      const sent = passage.inspect(value)
      passage.edit(bytes, sent, { model: 'other', edits: {}, options: {}, outline })
      const encoder = format.createStreamEncoder({ includeUsage: true })
      const start = { type: 'response-start', id: 'a', model: 'm', createdAt: 0 } as const
      const output = format.decodeRequest(value).items
      const answer = { ...start, output, finishReason: 'stop' } as const
      for (const event of responseEvents(answer)) encoder.encode(event)
    })
    expect(growth).toBeLessThan(32)
  })

  it('cutting an event that comes in tiny pieces', async () => {
    const piece = Buffer.from('x'.repeat(8))
    const growth = await timeGrowth(Number, 2000, async (pieces) => {
      let left = pieces
      const frames = openAiChat.passage.cutFrames({
        next: () => Promise.resolve(left-- > 0 ? piece : undefined),
      })
      expect(await frames.next()).toBeUndefined()
      expect(frames.rest).toHaveLength(pieces * piece.length)
    })
    expect(growth).toBeLessThan(32)
  })

  it.each(['\r', '\n', '\r\n'])('parsing lines that end in %j', async (end) => {
    const growth = await timeGrowth(
      (size) => Buffer.from(`data: 1${end}`.repeat(size)),
      4000,
      (bytes) => createSseParser().push(bytes),
    )
    expect(growth).toBeLessThan(32)
  })

  it.each<[string, Dialect, string]>([
    ['OpenAI', openAiChat, '"usage":{'],
    ['Anthropic', anthropicMessages, '"usage":{"usage" : '],
    ['Cohere', cohereChat, '"usage":{"tokens":{'],
  ])('looking for the usage of %s where there is none', async (_, { passage }, text) => {
    const growth = await timeGrowth(
      (size) => Buffer.from(text.repeat(size)),
      2000,
      (bytes) => passage.scanUsage(bytes),
    )
    expect(growth).toBeLessThan(32)
  })

  it.each<[string, Dialect, (size: number) => string]>([
    ['of text', openAiChat, (size) => deltas(size, '{"content":"a"}')],
    [
      'of arguments',
      openAiChat,
      (size) =>
        deltas(1, '{"tool_calls":[{"index":0,"id":"c","function":{"name":"f"}}]}') +
        deltas(size, '{"tool_calls":[{"index":0,"function":{"arguments":"a"}}]}'),
    ],
    [
      'of arguments before their name',
      openAiChat,
      (size) => deltas(size, '{"tool_calls":[{"index":0,"function":{"arguments":"a"}}]}'),
    ],
    [
      'of citations of thinking',
      cohereChat,
      (size) =>
        'data: {"type":"citation-start","delta":{"message":{"citations":{"type":"PLAN"}}}}\n\n'.repeat(
          size,
        ),
    ],
    [
      'of thinking that does not end',
      anthropicMessages,
      (size) =>
        `data: {"type":"message_start","message":{"id":"x"}}\n\n${times(
          size,
          (index) =>
            `data: {"type":"content_block_start","index":${index},"content_block":{"type":"thinking","thinking":"a"}}\n\n`,
        ).join('')}`,
    ],
    [
      'of Responses with items that stay open',
      openAiResponses,
      (size) =>
        times(size, (index) =>
          responsesEvent({
            type: 'response.output_item.added',
            output_index: index,
            item: { type: 'reasoning', id: `rs_${index}` },
          }),
        ).join(''),
    ],
    [
      'of Responses with text',
      openAiResponses,
      (size) =>
        responsesEvent({
          type: 'response.output_text.delta',
          output_index: 0,
          content_index: 0,
          delta: 'a',
        }).repeat(size),
    ],
  ])('assembling a stream %s', async (_, dialect, stream) => {
    const bytesOf = (size: number) => Buffer.from(stream(size))
    const growth = await timeGrowth(bytesOf, 500, (bytes) => {
      const decoder = chatFormatOf(dialect).createStreamDecoder(0)
      const assembler = createStreamAssembler()
      for (let start = 0; start < bytes.length; start += 64) {
        for (const event of decoder.push(bytes.subarray(start, start + 64))) assembler.push(event)
        void decoder.thinking
      }
      return assembler.partial()
    })
    expect(growth).toBeLessThan(32)
  })

  it.each(['sk-', 'sk-a.', 'a*', 'a-', 'Bearer ', 'Bearer', '*', 'AIza'])(
    'taking credentials out of %j, over and over',
    async (text) => {
      const growth = await timeGrowth((size) => text.repeat(size), 20_000, withoutCredentials)
      expect(growth).toBeLessThan(32)
    },
  )
})

function responsesEvent(event: object): string {
  return `data: ${JSON.stringify(event)}\n\n`
}

function deltas(count: number, delta: string): string {
  return `data: {"id":"x","choices":[{"delta":${delta}}]}\n\n`.repeat(count)
}
