import { describe, expect, it } from 'vitest'
import type { Item } from '../../operations/chat/item.ts'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { responseEvents } from '../../operations/chat/response-events.ts'
import { assemble, cutAt, decodeChunks, encodeEvents } from '../../test-support/recordings.ts'
import { testDialect } from '../../test-support/test-dialect.ts'

const chat = testDialect('openai-chat')
const takesMarks = testDialect('openai-chat', { quirks: { takesCacheControl: true } })
const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as never
const hello = [{ role: 'user', content: 'hi' }]

const said = (...content: Extract<Item, { type: 'message' }>['content']): Item => ({
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content,
})

const token = (text: string) => ({ token: text, logprob: -0.5, bytes: null, top_logprobs: [] })
const wav = 'UklGRiQAAABXQVZF'

const response = (output: readonly Item[], parts: Partial<ModelResponse> = {}): ModelResponse => ({
  id: 'a',
  model: 'm',
  createdAt: 1,
  output,
  finishReason: 'stop',
  ...parts,
})

describe('an answer, written and read', () => {
  it.each<[string, ModelResponse]>([
    [
      'citations',
      response([
        said({
          type: 'output_text',
          text: 'so it is',
          annotations: [
            {
              type: 'url_citation',
              url: 'https://a.test',
              title: 'A',
              start_index: 0,
              end_index: 2,
            },
            { type: 'url_citation', url: 'https://b.test', cited_text: 'because' },
          ],
        }),
      ]),
    ],
    [
      'probabilities of tokens',
      response([said({ type: 'output_text', text: 'so', logprobs: [token('s'), token('o')] })]),
    ],
    [
      'speech',
      response([
        said({
          type: 'output_file',
          id: 'audio_1',
          media_type: 'audio/wav',
          data: wav,
          transcript: 'hello',
          extras: { dialect: 'openai-chat', fields: { expires_at: 7 } },
        }),
      ]),
    ],
    [
      'images',
      response([
        said(
          { type: 'output_text', text: 'look' },
          { type: 'output_file', media_type: 'image/png', data: 'AAAA' },
          { type: 'output_file', media_type: 'image/webp', data: 'BBBB' },
        ),
      ]),
    ],
    ['a refusal', response([said({ type: 'refusal', refusal: 'no' })])],
    [
      'calls of tools that take text',
      response(
        [
          {
            type: 'function_call',
            status: 'completed',
            custom: true,
            call_id: 'c',
            name: 'sql',
            arguments: 'select 1',
          },
          {
            type: 'function_call',
            status: 'completed',
            call_id: 'd',
            name: 'f',
            arguments: '{"a":9007199254740993}',
          },
        ],
        { finishReason: 'tool_calls' },
      ),
    ],
    [
      'what stands beside it',
      response([said({ type: 'output_text', text: 'x' })], {
        serviceTier: 'flex',
        stopSequence: 'END',
        extras: { dialect: 'openai-chat', fields: { system_fingerprint: 'fp' } },
        usage: {
          inputTokens: 3,
          cachedInputTokens: 1,
          cacheWriteInputTokens: 1,
          outputTokens: 2,
          reasoningTokens: 1,
          audioInputTokens: 1,
          audioOutputTokens: 1,
        },
      }),
    ],
  ])('keeps %s, whole and in a stream split at every byte', (_, value) => {
    expect(chat.decodeResponse(plain(chat.encodeResponse(value)))).toEqual(value)
    const bytes = Buffer.from(encodeEvents(chat, responseEvents(value)))
    for (let place = 0; place <= bytes.length; place += 1) {
      expect(assemble(decodeChunks(chat, cutAt(bytes, place)))).toEqual(value)
    }
  })

  it('moves citations of a later text to where it stands in the message', () => {
    const cited = (text: string) => ({
      type: 'output_text' as const,
      text,
      annotations: [{ type: 'url_citation', url: 'u', start_index: 0, end_index: 1 }],
    })
    const value = response([said(cited('four'), cited('more'))])
    for (const again of [
      chat.decodeResponse(plain(chat.encodeResponse(value))),
      assemble(decodeChunks(chat, [Buffer.from(encodeEvents(chat, responseEvents(value)))])),
    ]) {
      expect(again.output).toMatchObject([
        { content: [{ annotations: [{ start_index: 0 }, { start_index: 4, end_index: 5 }] }] },
      ])
    }
  })

  it('keeps the sources that a server lists beside it', () => {
    const choice = { index: 0, message: { role: 'assistant', content: 'x [1]' } }
    const listed = { id: 'a', model: 'm', created: 1, choices: [choice], citations: ['https://a'] }
    expect(chat.decodeResponse(listed).output).toMatchObject([
      { content: [{ annotations: [{ type: 'url_citation', url: 'https://a' }] }] },
    ])
    const results = [{ title: 'A', url: 'https://a', date: null, snippet: 'it says' }]
    const again = chat.decodeResponse(
      plain(chat.encodeResponse(chat.decodeResponse({ ...listed, search_results: results }))),
    )
    expect(again.output).toMatchObject([
      { content: [{ annotations: [{ url: 'https://a', title: 'A', cited_text: 'it says' }] }] },
    ])
    expect(again.extras?.fields).toEqual({ citations: ['https://a'], search_results: results })
  })

  it('counts places from the start of the message, in a stream that has several', () => {
    const encoder = chat.createStreamEncoder({ includeUsage: false })
    const annotation = { type: 'url_citation', url: 'https://a', start_index: 1, end_index: 2 }
    const told = [
      { type: 'text-delta', text: 'first', message: {} },
      { type: 'text-delta', text: 'second', message: {} },
      { type: 'annotation', annotation },
    ] as const
    const frames = told.map((event) => encoder.encode(event))
    expect(frames.at(-1)).toContain('"start_index":6,"end_index":7')
  })

  it('reads the references of Mistral', () => {
    const content = [
      { type: 'text', text: 'x' },
      { type: 'reference', reference_ids: [1, 2] },
    ]
    const choice = { index: 0, message: { role: 'assistant', content } }
    expect(chat.decodeResponse({ id: 'a', choices: [choice] }).output).toMatchObject([
      {
        content: [
          { text: 'x', annotations: [{ type: 'reference', origin: { value: content[1] } }] },
        ],
      },
    ])
  })

  it('of another dialect takes nothing of that along', () => {
    const foreign = { dialect: 'other', fields: { odd: 1 } }
    const body = chat.encodeResponse(
      response([said({ type: 'output_text', text: 'x' })], { extras: foreign }),
    )
    expect(JSON.stringify(body)).not.toContain('odd')
  })
})

describe('a request, read', () => {
  it('names what dialects share', () => {
    const { extras, settings } = chat.decodeRequest({
      model: 'm',
      messages: hello,
      min_p: 0.1,
      repetition_penalty: 1.1,
      reasoning: { effort: 'high', max_tokens: 2000, summary: 'auto', exclude: true },
      verbosity: 'low',
      n: 2,
      logprobs: true,
      top_logprobs: 3,
      logit_bias: { '5': -1 },
      modalities: ['text', 'audio'],
      service_tier: 'flex',
      metadata: { a: 'b' },
      store: false,
      prompt_cache_key: 'k',
      safety_identifier: 's',
      audio: { voice: 'alloy', format: 'wav' },
    })
    expect(settings).toEqual({
      minP: 0.1,
      repetitionPenalty: 1.1,
      reasoningEffort: 'high',
      reasoningBudget: 2000,
      reasoningSummary: 'auto',
      verbosity: 'low',
      answers: 2,
      logprobs: true,
      topLogprobs: 3,
      logitBias: { '5': -1 },
      modalities: ['text', 'audio'],
      serviceTier: 'flex',
      metadata: { a: 'b' },
      store: false,
      promptCacheKey: 'k',
      safetyIdentifier: 's',
    })
    expect(extras).toEqual({
      audio: { voice: 'alloy', format: 'wav' },
      reasoning: { exclude: true },
    })
  })

  const mark = { type: 'ephemeral' }
  const marked = {
    model: 'm',
    messages: [
      { role: 'system', content: [{ type: 'text', text: 'long', cache_control: mark }] },
      {
        role: 'user',
        content: [{ type: 'text', text: 'q', cache_control: { ...mark, ttl: '1h' } }],
      },
      {
        role: 'assistant',
        tool_calls: [
          {
            id: 'c',
            type: 'function',
            function: { name: 'f', arguments: '{}' },
            cache_control: mark,
          },
        ],
      },
      { role: 'tool', tool_call_id: 'c', content: 'x', cache_control: mark },
    ],
    tools: [{ type: 'function', function: { name: 'f' }, cache_control: mark }],
    cache_control: mark,
  }

  it('keeps the marks of what is worth caching, for a server that takes them', () => {
    expect(plain(takesMarks.encodeRequest(chat.decodeRequest(marked)))).toEqual(marked)
    expect(JSON.stringify(chat.encodeRequest(chat.decodeRequest(marked)))).not.toContain(
      'ephemeral',
    )
  })

  it('understands a mark of a whole message as one of its last part', () => {
    const [first] = chat.decodeRequest({
      model: 'm',
      messages: [{ role: 'user', content: 'q', cache_control: mark }],
    }).items
    expect(first).toMatchObject({ content: [{ text: 'q', cache_control: mark }] })
  })

  it.each<[string, object]>([
    ['the grammar of a tool', { type: 'grammar', grammar: { syntax: 'lark', definition: 'x' } }],
    ['a tool of any text', { type: 'text' }],
  ])('keeps %s', (_, format) => {
    const tools = [{ type: 'custom', custom: { name: 'c', description: 'd', format } }]
    const request = chat.decodeRequest({ model: 'm', messages: hello, tools })
    expect(chat.encodeRequest(request)).toMatchObject({ tools })
    expect(request.tools[0]?.native).toBeUndefined()
  })

  it('knows the output of a call that takes text', () => {
    const custom = { name: 'c', input: 'free' }
    const messages = [
      ...hello,
      { role: 'assistant', tool_calls: [{ id: '1', type: 'custom', custom }] },
      { role: 'tool', tool_call_id: '1', content: 'x' },
    ]
    expect(chat.decodeRequest({ model: 'm', messages }).items.slice(1)).toMatchObject([
      { type: 'function_call', custom: true, arguments: 'free' },
      { type: 'function_call_output', custom: true },
    ])
  })

  it('names earlier speech by its id, or says it in writing', () => {
    const messages = [...hello, { role: 'assistant', audio: { id: 'audio_1' } }]
    const request = chat.decodeRequest({ model: 'm', messages })
    expect(chat.encodeRequest(request)).toMatchObject({
      messages: [{}, { audio: { id: 'audio_1' } }],
    })
    const spoken = said({
      type: 'output_file',
      media_type: 'audio/mpeg',
      data: '//AA',
      transcript: 'hello',
    })
    expect(chat.encodeRequest({ ...request, items: [spoken] })).toMatchObject({
      messages: [{ role: 'assistant', content: 'hello' }],
    })
  })

  it('keeps content that Mistral wrote, without its thinking', () => {
    const content = [
      { type: 'thinking', thinking: [{ type: 'text', text: 'hm' }] },
      { type: 'text', text: 'so' },
    ]
    const { items } = chat.decodeRequest({
      model: 'm',
      messages: [...hello, { role: 'assistant', content }],
    })
    expect(items.slice(1)).toMatchObject([
      { type: 'reasoning', content: [{ text: 'hm' }] },
      { type: 'message', content: [{ text: 'so' }] },
    ])
  })

  it('gives names and files what the API demands of them', () => {
    const user: Item = {
      type: 'message',
      role: 'user',
      name: 'Ann <Lee>',
      content: [{ type: 'input_file', file_data: 'data:application/pdf;base64,AAAA' }],
    }
    const request = { ...chat.decodeRequest({ model: 'm', messages: hello }), items: [user] }
    expect(chat.encodeRequest(request)).toMatchObject({
      messages: [{ name: 'Ann__Lee_', content: [{ file: { filename: 'file.pdf' } }] }],
    })
  })
})
