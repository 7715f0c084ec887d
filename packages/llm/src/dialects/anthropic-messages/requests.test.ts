import type { EncodeOptions } from '../../operations/chat/chat-format.ts'
import { testDialect } from '../../test-support/test-dialect.ts'
import { describe, expect, it } from 'vitest'
import { ModelError } from '../../errors/model-error.ts'

const chat = testDialect('openai-chat')
const anthropic = testDialect('anthropic-messages')
const hello = [{ role: 'user', content: 'hi' }]
const helloBlocks = [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }]
const older = 'claude-sonnet-4-20250514'
const middle = 'claude-sonnet-4-5'
const newest = 'claude-opus-5'

type Body = Record<string, unknown>

/** The Anthropic request that a chat request is translated to. */
function translate(body: Body, options: EncodeOptions = {}): Body {
  const request = chat.decodeRequest({ model: middle, messages: hello, ...body })
  return JSON.parse(JSON.stringify(anthropic.encodeRequest(request, options))) as Body
}

const call = (id: string, text = '{"a":1}') => ({
  id,
  type: 'function',
  function: { name: 'f', arguments: text },
})
const use = (id: string, input: unknown = { a: 1 }) => ({ type: 'tool_use', id, name: 'f', input })
const result = (id: string, content: string) => ({ role: 'tool', tool_call_id: id, content })
const text = (value: string) => ({ type: 'text', text: value })
const tools = [
  { type: 'function', function: { name: 'f', description: 'd', parameters: { properties: {} } } },
]

describe('messages for Anthropic', () => {
  it.each<[string, unknown[], Body]>([
    [
      'system and developer messages at the top',
      [{ role: 'system', content: 'a' }, ...hello, { role: 'developer', content: 'b' }],
      { system: [text('a'), text('b')], messages: helloBlocks },
    ],
    ['one system message as text', [{ role: 'system', content: 'a' }, ...hello], { system: 'a' }],
    [
      'neighbours of one role as one message',
      [
        ...hello,
        ...hello,
        { role: 'assistant', content: 'a' },
        { role: 'assistant', content: 'b' },
        ...hello,
      ],
      {
        messages: [
          { role: 'user', content: [text('hi'), text('hi')] },
          { role: 'assistant', content: [text('a'), text('b')] },
          { role: 'user', content: [text('hi')] },
        ],
      },
    ],
    [
      'all results of parallel calls in one message, first, in the order of the calls',
      [
        ...hello,
        { role: 'assistant', content: 'both', tool_calls: [call('1'), call('2')] },
        result('2', 'y'),
        result('1', 'x'),
        { role: 'user', content: 'go on' },
      ],
      {
        messages: [
          ...helloBlocks,
          { role: 'assistant', content: [text('both'), use('1'), use('2')] },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: '1', content: 'x' },
              { type: 'tool_result', tool_use_id: '2', content: 'y' },
              text('go on'),
            ],
          },
        ],
      },
    ],
    [
      'a late result right after its call',
      [
        ...hello,
        { role: 'assistant', tool_calls: [call('1')] },
        { role: 'user', content: 'wait' },
        result('1', 'x'),
      ],
      {
        messages: [
          ...helloBlocks,
          { role: 'assistant', content: [use('1')] },
          {
            role: 'user',
            content: [{ type: 'tool_result', tool_use_id: '1', content: 'x' }, text('wait')],
          },
        ],
      },
    ],
    [
      'ids that come again or hold other characters',
      [
        ...hello,
        { role: 'assistant', tool_calls: [call('f:0')] },
        result('f:0', 'x'),
        { role: 'assistant', tool_calls: [call('f:0')] },
        result('f:0', 'y'),
      ],
      {
        messages: [
          ...helloBlocks,
          { role: 'assistant', content: [use('f_0')] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'f_0', content: 'x' }] },
          { role: 'assistant', content: [use('f_0_2')] },
          { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'f_0_2', content: 'y' }] },
        ],
      },
    ],
    [
      'arguments that are not a JSON object, and empty results',
      [
        ...hello,
        { role: 'assistant', tool_calls: [call('1', '{"a":'), call('2', '')] },
        result('1', ''),
        result('2', ' '),
      ],
      {
        messages: [
          ...helloBlocks,
          { role: 'assistant', content: [use('1', { invalid_arguments: '{"a":' }), use('2', {})] },
          {
            role: 'user',
            content: [
              { type: 'tool_result', tool_use_id: '1' },
              { type: 'tool_result', tool_use_id: '2' },
            ],
          },
        ],
      },
    ],
    [
      'no blank text, and no white space at the end of a prefill',
      [
        {
          role: 'user',
          content: [
            { type: 'text', text: ' ' },
            { type: 'text', text: 'hi' },
          ],
        },
        { role: 'assistant', content: 'So: \n' },
      ],
      { messages: [...helloBlocks, { role: 'assistant', content: [text('So:')] }] },
    ],
    [
      'a first message of the user',
      [{ role: 'assistant', content: 'Welcome' }, ...hello],
      {
        messages: [
          { role: 'user', content: [text('Continue.')] },
          { role: 'assistant', content: [text('Welcome')] },
          ...helloBlocks,
        ],
      },
    ],
    [
      'images and files',
      [
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
            { type: 'image_url', image_url: { url: 'https://x/y.png' } },
            {
              type: 'file',
              file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,BBBB' },
            },
            { type: 'file', file: { filename: 'a.txt', file_data: 'data:text/plain,h%20i' } },
            { type: 'file', file: { file_id: 'file_1' } },
          ],
        },
      ],
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
              { type: 'image', source: { type: 'url', url: 'https://x/y.png' } },
              {
                type: 'document',
                source: { type: 'base64', media_type: 'application/pdf', data: 'BBBB' },
                title: 'a.pdf',
              },
              {
                type: 'document',
                source: { type: 'text', media_type: 'text/plain', data: 'h i' },
                title: 'a.txt',
              },
              { type: 'document', source: { type: 'file', file_id: 'file_1' } },
            ],
          },
        ],
      },
    ],
  ])('hold %s', (_, messages, expected) => {
    expect(translate({ messages })).toMatchObject(expected)
  })

  it.each<[string, Body, RegExp]>([
    [
      'a call without output',
      { messages: [...hello, { role: 'assistant', tool_calls: [call('1')] }, ...hello] },
      /'1' of 'f' has no output/,
    ],
    [
      'an output without call',
      { messages: [...hello, result('9', 'x')] },
      /'9' does not match any call/,
    ],
    [
      'an output before its call',
      {
        messages: [
          ...hello,
          result('1', 'x'),
          { role: 'assistant', tool_calls: [call('1')] },
          result('1', 'x'),
        ],
      },
      /does not match any call/,
    ],
    [
      'audio',
      {
        messages: [
          {
            role: 'user',
            content: [{ type: 'input_audio', input_audio: { data: 'A', format: 'wav' } }],
          },
        ],
      },
      /no audio/,
    ],
    [
      'tools of OpenAI itself',
      { tools: [{ type: 'custom', custom: { name: 'c' } }] },
      /'c' is of a kind/,
    ],
  ])('refuse %s', (_, body, message) => {
    expect(() => translate(body)).toThrow(ModelError)
    expect(() => translate(body)).toThrow(message)
  })
})

describe('settings for Anthropic', () => {
  it.each<[string, Body, Body]>([
    ['the default bound', {}, { max_tokens: 4096 }],
    ['the bound of the caller', { max_tokens: 7 }, { max_tokens: 7 }],
    ['a clamped temperature, without top_p', { temperature: 1.7, top_p: 0.5 }, { temperature: 1 }],
    ['top_p alone', { top_p: 0.5 }, { top_p: 0.5 }],
    [
      'no sampling for the newest',
      { model: newest, temperature: 0.5, top_k: 3 },
      { model: newest },
    ],
    [
      'stop sequences and user',
      { stop: ['a', '\n'], user: 'u' },
      { stop_sequences: ['a'], metadata: { user_id: 'u' } },
    ],
    [
      'nothing of what it does not know',
      { seed: 1, presence_penalty: 1, logit_bias: {}, store: true },
      {},
    ],
    ['a stream', { stream: true, stream_options: { include_usage: true } }, { stream: true }],
    [
      'a budget on top of the default',
      { reasoning_effort: 'low', temperature: 0.2 },
      { max_tokens: 6144, thinking: { type: 'enabled', budget_tokens: 2048 } },
    ],
    [
      'a budget within the bound',
      { reasoning_effort: 'high', max_tokens: 5000 },
      { max_tokens: 5000, thinking: { type: 'enabled', budget_tokens: 3976 } },
    ],
    [
      'no budget where none fits',
      { reasoning_effort: 'high', max_tokens: 2000 },
      { max_tokens: 2000 },
    ],
    ['no thinking for effort none', { reasoning_effort: 'none' }, {}],
    [
      'effort for newer models',
      { model: newest, reasoning_effort: 'minimal' },
      {
        model: newest,
        max_tokens: 5120,
        thinking: { type: 'adaptive', display: 'summarized' },
        output_config: { effort: 'low' },
      },
    ],
    [
      'thinking switched off on newer models',
      { model: newest, reasoning_effort: 'none' },
      { model: newest, thinking: { type: 'disabled' } },
    ],
    [
      'thinking as the caller wrote it',
      { thinking: { type: 'enabled', budget_tokens: 1024 }, temperature: 0.1 },
      { max_tokens: 5120, thinking: { type: 'enabled', budget_tokens: 1024 } },
    ],
    [
      'thinking without history of it, not in a tool loop',
      {
        reasoning_effort: 'low',
        messages: [...hello, { role: 'assistant', tool_calls: [call('1')] }, result('1', 'x')],
        tools,
      },
      { thinking: undefined },
    ],
  ])('hold %s', (_, body, expected) => {
    const { messages: _messages, ...sent } = translate(body)
    if ('thinking' in expected && expected['thinking'] === undefined)
      expect(sent).not.toHaveProperty('thinking')
    else expect(sent).toEqual({ model: middle, max_tokens: 4096, ...expected })
  })
})

describe('the bound of an answer that its caller does not limit', () => {
  it.each<[string, Body, EncodeOptions, number]>([
    ["the model's own, if it is declared", {}, { maxOutputTokens: 64_000 }, 64_000],
    ['also with thinking', { reasoning_effort: 'low' }, { maxOutputTokens: 8_000 }, 8_000],
    ['room for thinking', { model: newest, reasoning_effort: 'max' }, {}, 36_096],
    ['no more than the model can', { reasoning_effort: 'max' }, {}, 32_000],
    ["never instead of the caller's", { max_tokens: 9 }, { maxOutputTokens: 64_000 }, 9],
  ])('is %s', (_name, body, options, bound) => {
    expect(translate(body, options)).toMatchObject({ max_tokens: bound })
  })
})

describe('web search', () => {
  it('is the tool of Anthropic', () => {
    const { tools: sent } = translate({
      web_search_options: {
        search_context_size: 'low',
        user_location: { type: 'approximate', approximate: { country: 'IT', city: 'Rome' } },
      },
    })
    expect(sent).toEqual([
      {
        type: 'web_search_20250305',
        name: 'web_search',
        user_location: { type: 'approximate', country: 'IT', city: 'Rome' },
      },
    ])
  })

  it('is refused where the model has none', () => {
    expect(() => translate({ model: 'other-model', web_search_options: {} })).toThrow(
      expect.objectContaining({ status: 400, param: 'web_search_options' }) as Error,
    )
  })
})

describe('tools for Anthropic', () => {
  const declared = [
    { name: 'f', description: 'd', input_schema: { type: 'object', properties: {} } },
  ]

  it.each<[string, Body, Body]>([
    ['a schema of an object', { tools }, { tools: declared }],
    ['auto', { tools, tool_choice: 'auto' }, { tools: declared, tool_choice: { type: 'auto' } }],
    [
      'required',
      { tools, tool_choice: 'required' },
      { tools: declared, tool_choice: { type: 'any' } },
    ],
    ['none', { tools, tool_choice: 'none' }, { tools: declared, tool_choice: { type: 'none' } }],
    [
      'one by name',
      { tools, tool_choice: { type: 'function', function: { name: 'f' } } },
      { tools: declared, tool_choice: { type: 'tool', name: 'f' } },
    ],
    [
      'one call at a time',
      { tools, parallel_tool_calls: false },
      { tools: declared, tool_choice: { type: 'auto', disable_parallel_tool_use: true } },
    ],
    [
      'allowed ones only',
      {
        tools: [...tools, { type: 'function', function: { name: 'g' } }],
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: {
            mode: 'required',
            tools: [{ type: 'function', function: { name: 'f' } }],
          },
        },
      },
      { tools: declared, tool_choice: { type: 'any' } },
    ],
  ])('hold %s', (_, body, expected) => {
    const sent = translate(body)
    expect({ tools: sent['tools'], tool_choice: sent['tool_choice'] }).toEqual({
      tool_choice: undefined,
      ...expected,
    })
  })

  it('are declared for a history that calls them', () => {
    const messages = [...hello, { role: 'assistant', tool_calls: [call('1')] }, result('1', 'x')]
    expect(translate({ messages })).toMatchObject({
      tools: [{ name: 'f', input_schema: { type: 'object' } }],
      tool_choice: { type: 'none' },
    })
  })
})

describe('JSON answers from Anthropic', () => {
  const schema = {
    type: 'object',
    properties: {
      n: { type: 'integer', minimum: 1, description: 'count' },
      list: { type: 'array', items: { oneOf: [{ type: 'object' }] } },
    },
  }
  const format = { type: 'json_schema', json_schema: { name: 'answer', schema } }

  it('use structured outputs, with a schema that these accept', () => {
    expect(translate({ response_format: format })['output_config']).toEqual({
      format: {
        type: 'json_schema',
        schema: {
          type: 'object',
          properties: {
            n: { type: 'integer', description: 'count\n\n{minimum: 1}' },
            list: {
              type: 'array',
              items: { anyOf: [{ type: 'object', properties: {}, additionalProperties: false }] },
            },
          },
          additionalProperties: false,
        },
      },
    })
  })

  it('use a tool with older models, whose input is the text', () => {
    const sent = translate({ model: older, response_format: format })
    expect(sent).toMatchObject({
      tools: [{ name: 'fairlead_json_answer', input_schema: schema }],
      tool_choice: { type: 'tool', name: 'fairlead_json_answer', disable_parallel_tool_use: true },
    })
    const response = anthropic.decodeResponse({
      type: 'message',
      id: 'm',
      content: [{ type: 'tool_use', id: 't', name: 'fairlead_json_answer', input: { n: 1 } }],
      stop_reason: 'tool_use',
    })
    expect(chat.encodeResponse(response)).toMatchObject({
      choices: [{ message: { content: '{"n":1}' }, finish_reason: 'stop' }],
    })
  })

  it('leave the choice to the model if there are other tools', () => {
    expect(translate({ model: older, response_format: format, tools })['tool_choice']).toEqual({
      type: 'any',
      disable_parallel_tool_use: true,
    })
  })

  it('use an instruction if there is no schema', () => {
    expect(translate({ response_format: { type: 'json_object' } })['system']).toMatch(/JSON object/)
  })
})

describe('an Anthropic request, read and written', () => {
  const request = {
    model: middle,
    max_tokens: 10,
    system: 'be kind',
    messages: [
      {
        role: 'user',
        content: [
          text('look'),
          { type: 'image', source: { type: 'base64', media_type: 'image/png', data: 'AAAA' } },
        ],
      },
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'hm', signature: 's' },
          { type: 'redacted_thinking', data: 'd' },
          text('so'),
          use('1'),
          use('2'),
        ],
      },
      {
        role: 'user',
        content: [
          { type: 'tool_result', tool_use_id: '1', content: 'x', is_error: true },
          { type: 'tool_result', tool_use_id: '2', content: [text('a'), text('b')] },
          text('and'),
        ],
      },
    ],
    tools: [
      { name: 'f', input_schema: { type: 'object' } },
      { type: 'web_search_20250305', name: 'web_search' },
    ],
    tool_choice: { type: 'auto', disable_parallel_tool_use: true },
    thinking: { type: 'enabled', budget_tokens: 2000 },
    stop_sequences: ['x'],
    metadata: { user_id: 'u' },
    stream: true,
    service_tier: 'auto',
  }

  it('is the same', () => {
    expect(anthropic.encodeRequest(anthropic.decodeRequest(request))).toEqual(request)
  })

  it('keeps its own JSON answer and effort', () => {
    const config = { effort: 'high', format: { type: 'json_schema', schema: { type: 'string' } } }
    const body = {
      model: newest,
      max_tokens: 9,
      messages: helloBlocks,
      output_config: config,
      thinking: { type: 'adaptive' },
    }
    expect(anthropic.encodeRequest(anthropic.decodeRequest(body))).toEqual(body)
    const onOlder = anthropic.encodeRequest({ ...anthropic.decodeRequest(body), model: older })
    expect(onOlder).toMatchObject({ system: expect.stringContaining('JSON schema') as string })
    expect(JSON.stringify(onOlder)).not.toContain('json_schema')
  })

  it('is written as chat, without what only Anthropic knows', () => {
    const {
      tools: [f],
      ...rest
    } = request
    const sent = chat.encodeRequest(anthropic.decodeRequest({ ...rest, tools: [f], top_k: 5 }))
    expect(JSON.parse(JSON.stringify(sent))).toEqual({
      model: middle,
      messages: [
        { role: 'system', content: 'be kind' },
        {
          role: 'user',
          content: [
            text('look'),
            { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
          ],
        },
        { role: 'assistant', content: 'so', tool_calls: [call('1'), call('2')] },
        { role: 'tool', tool_call_id: '1', content: 'x' },
        { role: 'tool', tool_call_id: '2', content: 'a\nb' },
        { role: 'user', content: 'and' },
      ],
      tools: [{ type: 'function', function: { name: 'f', parameters: { type: 'object' } } }],
      tool_choice: 'auto',
      parallel_tool_calls: false,
      max_completion_tokens: 10,
      stop: ['x'],
      reasoning_effort: 'low',
      service_tier: 'auto',
      user: 'u',
      stream: true,
      stream_options: { include_usage: true },
    })
    expect(() => chat.encodeRequest(anthropic.decodeRequest(request))).toThrow(/web_search/)
  })

  it.each<[Body, string]>([
    [{ messages: helloBlocks, max_tokens: 1 }, 'model'],
    [{ model: 'm', messages: helloBlocks }, 'max_tokens'],
    [{ model: 'm', max_tokens: 1, messages: [] }, 'messages'],
    [{ model: 'm', max_tokens: 1, messages: [{ role: 'tool', content: 'x' }] }, 'messages[0].role'],
    [
      {
        model: 'm',
        max_tokens: 1,
        messages: [{ role: 'user', content: [{ type: 'tool_result' }] }],
      },
      'messages[0].content[0].tool_use_id',
    ],
    [
      { model: 'm', max_tokens: 1, messages: helloBlocks, tool_choice: { type: 'maybe' } },
      'tool_choice.type',
    ],
    [
      { model: 'm', max_tokens: 1, messages: helloBlocks, tools: [{ name: 'f' }] },
      'tools[0].input_schema',
    ],
  ])('%j is refused at %s', (body, param) => {
    expect(() => anthropic.decodeRequest(body)).toThrow(
      expect.objectContaining({ kind: 'invalid-request', param }),
    )
  })
})

describe('thinking', () => {
  it.each<[unknown, string]>([
    [{ type: 'enabled' }, 'thinking.budget_tokens'],
    [{ type: 'enabled', budget_tokens: 0 }, 'thinking.budget_tokens'],
    ['on', 'thinking'],
  ])('%j is refused, not taken for none', (thinking, param) => {
    const body = { model: middle, max_tokens: 9, messages: hello, thinking }
    expect(() => anthropic.decodeRequest(body)).toThrow(
      expect.objectContaining({ status: 400, param }) as Error,
    )
  })
})

describe('a thread', () => {
  const body = { model: 'm', max_tokens: 1, messages: [{ role: 'user', content: 'hi' }] }

  it.each([{ type: 'create' }, { type: 'continue', previous_message_id: 'msg_1' }])(
    'is refused by the code that makes SDKs send the whole dialogue: %j',
    (thread) => {
      expect(() => anthropic.decodeRequest({ ...body, thread })).toThrow(
        expect.objectContaining({ code: 'thread_unsupported_request', status: 400 }) as Error,
      )
    },
  )

  it('that is null is none', () => {
    expect(anthropic.decodeRequest({ ...body, thread: null })).toMatchObject({ model: 'm' })
  })
})

describe('Anthropic errors', () => {
  it.each<[number, unknown, Body]>([
    [
      529,
      { type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } },
      {
        kind: 'overloaded',
        status: 503,
        retryable: true,
        message: 'Overloaded',
        retryAfterSeconds: 2,
      },
    ],
    [
      429,
      { type: 'error', error: { type: 'rate_limit_error', message: 'slow' } },
      { kind: 'rate-limited', status: 429, retryable: true },
    ],
    [
      400,
      {
        type: 'error',
        error: {
          type: 'invalid_request_error',
          message: 'prompt is too long: 210000 tokens > 200000 maximum',
        },
      },
      { kind: 'context-length', status: 400, retryable: false, code: 'context_length_exceeded' },
    ],
    [
      400,
      {
        type: 'error',
        error: { type: 'invalid_request_error', message: 'max_tokens: Field required' },
      },
      { kind: 'invalid-request', status: 400, retryable: false },
    ],
    [
      500,
      { type: 'error', error: { type: 'api_error', message: 'x' } },
      { kind: 'upstream', status: 502 },
    ],
    [502, '<html>bad gateway</html>', { kind: 'upstream', status: 502 }],
    [413, {}, { kind: 'request-too-large', status: 413 }],
  ])('%i %j', (status, body, expected) => {
    const error = anthropic.decodeError(status, body, { 'retry-after': '2' })
    expect(error).toMatchObject(expected)
  })

  it('are written in its own types and statuses', () => {
    expect(anthropic.encodeError(new ModelError('overloaded', 'busy'))).toEqual({
      status: 529,
      body: {
        type: 'error',
        error: {
          type: 'overloaded_error',
          message: 'busy',
          details: { error_code: 'overloaded' },
        },
      },
    })
  })
})
