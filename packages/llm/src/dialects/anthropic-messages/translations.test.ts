import { describe, expect, it } from 'vitest'
import type { Item } from '../../operations/chat/item.ts'
import type { ModelRequest } from '../../operations/chat/model-request.ts'
import { testDialect } from '../../test-support/test-dialect.ts'

const anthropic = testDialect('anthropic-messages')

type Body = Record<string, unknown>

const mark = { type: 'ephemeral' } as const
const userSays = (text: string, more: object = {}): Item => ({
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text, ...more }],
})

function encode(parts: Partial<ModelRequest>): Body {
  const request: ModelRequest = {
    model: 'claude-opus-4-8',
    items: [userSays('hi')],
    tools: [],
    settings: {},
    stream: false,
    includeUsage: false,
    extras: {},
    extrasDialect: 'openai-chat',
    ...parts,
  }
  return JSON.parse(JSON.stringify(anthropic.encodeRequest(request))) as Body
}

const image = (url: string) =>
  encode({
    items: [{ type: 'message', role: 'user', content: [{ type: 'input_image', image_url: url }] }],
  })

describe('what other dialects ask of Anthropic', () => {
  it('marks of the prompt cache, wherever they stand', () => {
    const body = encode({
      items: [
        {
          type: 'message',
          role: 'system',
          content: [{ type: 'input_text', text: 'long', cache_control: mark }],
        },
        userSays('q', { cache_control: { ...mark, ttl: '1h' } }),
        { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}', cache_control: mark },
        { type: 'function_call_output', call_id: 'c', output: 'r', cache_control: mark },
      ],
      tools: [{ name: 'f', cacheControl: mark }],
      cacheControl: mark,
    })
    expect(body).toMatchObject({
      cache_control: mark,
      system: [{ type: 'text', text: 'long', cache_control: mark }],
      tools: [{ name: 'f', cache_control: mark }],
      messages: [
        { content: [{ text: 'q', cache_control: { ...mark, ttl: '1h' } }] },
        { content: [{ type: 'tool_use', cache_control: mark }] },
        { content: [{ type: 'tool_result', cache_control: mark }] },
      ],
    })
  })

  it.each([
    ['data:image/jpg;base64,AAAA', 'image/jpeg'],
    ['data:image/jpeg;base64,iVBORw0KGgoAAAA', 'image/png'],
    ['data:application/octet-stream;base64,R0lGODlhAQ==', 'image/gif'],
  ])('an image %s has the type of its bytes', (url, type) => {
    expect(JSON.stringify(image(url))).toContain(`"media_type":"${type}"`)
  })

  it.each([
    'data:image/bmp;base64,Qk0=',
    'data:image/png;base64,Qk0AAAAA',
    'data:image/svg+xml;utf8,<svg/>',
  ])('an image %s is refused', (url) => {
    expect(() => image(url)).toThrow(
      expect.objectContaining({ status: 400, param: 'messages' }) as Error,
    )
  })

  it('a schema without what structured outputs refuse, which is told in words', () => {
    const schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        b: {
          type: 'array',
          description: 'some',
          minItems: 2,
          items: { type: 'string', format: 'password', pattern: '^a' },
        },
        c: { oneOf: [{ type: 'null' }, { $ref: '#/$defs/d', title: 'x' }] },
        d: { type: 'string', format: 'email', enum: ['a', 'b'] },
        e: { type: 'array', minItems: 1, items: { type: 'integer', minimum: 1 } },
        f: { allOf: [{ type: 'object', properties: {} }], type: 'object' },
        g: { type: ['object', 'null'], properties: { h: { const: 1 } }, required: ['h'] },
      },
      required: ['b'],
      additionalProperties: true,
      $defs: { d: { type: 'object', patternProperties: { '^x': {} } } },
    }
    const expected = {
      $defs: {
        d: {
          type: 'object',
          properties: {},
          additionalProperties: false,
          description: '{patternProperties: {"^x":{}}}',
        },
      },
      type: 'object',
      properties: {
        b: {
          type: 'array',
          items: { type: 'string', description: '{format: "password", pattern: "^a"}' },
          description: 'some\n\n{minItems: 2}',
        },
        c: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/d' }] },
        d: { enum: ['a', 'b'], description: '{format: "email"}' },
        e: { type: 'array', minItems: 1, items: { type: 'integer', description: '{minimum: 1}' } },
        f: {
          allOf: [{ type: 'object', properties: {}, additionalProperties: false }],
          properties: {},
          additionalProperties: false,
        },
        g: {
          type: ['object', 'null'],
          properties: { h: { const: 1 } },
          required: ['h'],
          additionalProperties: false,
        },
      },
      required: ['b'],
      additionalProperties: false,
    }
    const body = encode({
      responseFormat: { type: 'json_schema', name: 'r', schema },
      tools: [
        { name: 'strict', strict: true, parameters: schema },
        { name: 'loose', parameters: schema },
      ],
    })
    expect(body['output_config']).toEqual({ format: { type: 'json_schema', schema: expected } })
    expect(body['tools']).toMatchObject([
      { name: 'strict', strict: true, input_schema: expected },
      { name: 'loose', input_schema: schema },
    ])
  })

  const call: Item = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' }
  const output: Item = { type: 'function_call_output', call_id: 'c', output: 'r' }
  const thought = {
    type: 'reasoning',
    summary: [],
    content: [{ type: 'reasoning_text', text: 't' }],
  } as const

  it.each([
    ['anthropic-messages', { type: 'enabled', budget_tokens: 16_384 }],
    ['gemini', undefined],
  ])('thinking in a loop whose thoughts %s has sealed', (maker, thinking) => {
    const body = encode({
      model: 'claude-sonnet-4-5',
      settings: { reasoningEffort: 'high' },
      items: [userSays('hi'), { ...thought, maker, signature: 'S' }, call, output],
      tools: [{ name: 'f' }],
    })
    expect(body['thinking']).toEqual(thinking)
    const first = { type: 'thinking', thinking: 't', signature: 'S' }
    expect(body['messages']).toMatchObject([
      {},
      { content: thinking === undefined ? [{ type: 'tool_use' }] : [first, { type: 'tool_use' }] },
      {},
    ])
  })

  it.each<[string, Partial<ModelRequest>]>([
    ['any tool', { toolChoice: 'required' }],
    ['one tool', { toolChoice: { name: 'f' } }],
    [
      'the tool whose input is the answer',
      {
        responseFormat: {
          type: 'json_schema',
          name: 'r',
          schema: { type: 'object', properties: {} },
        },
      },
    ],
    [
      'one tool, and thinks in the words of Anthropic',
      { toolChoice: { name: 'f' }, extras: { thinking: { type: 'enabled', budget_tokens: 2000 } } },
    ],
  ])('no thinking where the call forces %s', (_, parts) => {
    for (const model of [
      'claude-3-7-sonnet-20250219',
      'claude-sonnet-4-20250514',
      'claude-opus-5',
    ]) {
      const body = encode({
        model,
        settings: { reasoningEffort: 'high' },
        tools: [{ name: 'f' }],
        ...parts,
      })
      const forced = (body['tool_choice'] as { type?: string } | undefined)?.type ?? 'auto'
      if (forced !== 'auto') expect(body['thinking']).toBeUndefined()
    }
  })

  it('a budget below the limit of the answer', () => {
    const budgetOf = (settings: ModelRequest['settings'], extras: object = {}) =>
      encode({ model: 'claude-sonnet-4-5', settings, extras: { ...extras } })['thinking']
    expect(budgetOf({ reasoningBudget: 9000, maxOutputTokens: 5000 })).toEqual({
      type: 'enabled',
      budget_tokens: 3976,
    })
    expect(budgetOf({ reasoningBudget: 9000, maxOutputTokens: 1500 })).toBeUndefined()
    expect(budgetOf({ reasoningBudget: 2000, reasoningSummary: 'none' })).toEqual({
      type: 'enabled',
      budget_tokens: 2000,
      display: 'omitted',
    })
    const thinking = { type: 'enabled', budget_tokens: 9000 }
    expect(budgetOf({ maxOutputTokens: 5000 }, { thinking })).toEqual({
      ...thinking,
      budget_tokens: 3976,
    })
  })

  it('system messages after a turn, where the model takes them', () => {
    const late: Item = {
      type: 'message',
      role: 'developer',
      content: [{ type: 'input_text', text: 'late' }],
    }
    const said: Item = {
      type: 'message',
      role: 'assistant',
      content: [{ type: 'output_text', text: 'a' }],
    }
    const items = [userSays('1'), said, late, userSays('2')]
    expect(encode({ items })['messages']).toMatchObject([
      { role: 'user' },
      { role: 'assistant' },
      { role: 'user' },
      { role: 'system', content: [{ text: 'late' }] },
    ])
    expect(encode({ items, model: 'claude-sonnet-4-5' })).toMatchObject({ system: 'late' })
  })

  it('no beginning of an answer, where the model takes none', () => {
    const items: Item[] = [
      userSays('1'),
      { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'It is ' }] },
    ]
    expect(encode({ items })['messages']).toHaveLength(3)
    expect(encode({ items, model: 'claude-sonnet-4-5' })['messages']).toMatchObject([
      {},
      { role: 'assistant', content: [{ text: 'It is' }] },
    ])
  })
})

describe('what callers of Messages are told', () => {
  const response = { id: 'r', model: 'm', createdAt: 1, output: [], finishReason: 'stop' } as const

  it('refusals as the reason why there is no answer', () => {
    const content = [{ type: 'refusal', refusal: 'no' }] as const
    const written = anthropic.encodeResponse({
      ...response,
      output: [{ type: 'message', role: 'assistant', content }],
    })
    expect(written).toMatchObject({
      content: [],
      stop_reason: 'refusal',
      stop_details: { type: 'refusal', explanation: 'no' },
    })
  })

  it('the stop sequence, the tier and the tokens of the cache', () => {
    const usage = {
      inputTokens: 10,
      cachedInputTokens: 3,
      cacheWriteInputTokens: 2,
      outputTokens: 1,
      reasoningTokens: 0,
    }
    expect(
      anthropic.encodeResponse({ ...response, stopSequence: 'END', serviceTier: 'default', usage }),
    ).toMatchObject({
      stop_reason: 'stop_sequence',
      stop_sequence: 'END',
      usage: { input_tokens: 5, cache_read_input_tokens: 3, service_tier: 'standard' },
    })
  })

  it('sources, in the words of the API', () => {
    const annotations = [
      { type: 'url_citation', url: 'https://x.test', title: 't', start_index: 0, end_index: 1 },
      { type: 'file_citation', file_id: 'f', filename: 'n', index: 2 },
      { type: 'file_path', file_id: 'f' },
    ] as const
    const content = [{ type: 'output_text', text: 'a', annotations }] as const
    const written = anthropic.encodeResponse({
      ...response,
      output: [{ type: 'message', role: 'assistant', content }],
    })
    expect(written).toMatchObject({
      content: [
        {
          citations: [
            { type: 'web_search_result_location', url: 'https://x.test', title: 't' },
            { type: 'char_location', document_index: 2, document_title: 'n', file_id: 'f' },
          ],
        },
      ],
    })
  })
})
