import { testDialect } from '../../test-support/test-dialect.ts'
import { describe, expect, it } from 'vitest'
import { ModelError } from '../../errors/model-error.ts'

const chat = testDialect('openai-chat')
const hello = [{ role: 'user', content: 'hi' }]
const call = (id: string) => ({
  id,
  type: 'function',
  function: { name: 'f', arguments: '{"a":1}' },
})

/** A request, decoded and encoded again. */
function again(body: Record<string, unknown>): unknown {
  const sent = chat.encodeRequest(chat.decodeRequest({ model: 'm', messages: hello, ...body }))
  return JSON.parse(JSON.stringify(sent))
}

describe('a chat request, read and written', () => {
  it.each<[string, Record<string, unknown>]>([
    [
      'roles',
      {
        messages: [
          { role: 'system', content: 'a' },
          { role: 'developer', content: 'b' },
          { role: 'user', content: 'c', name: 'ann' },
          { role: 'assistant', content: 'd' },
        ],
      },
    ],
    [
      'parallel calls',
      {
        messages: [
          ...hello,
          { role: 'assistant', content: 'both', tool_calls: [call('1'), call('2')] },
          { role: 'tool', tool_call_id: '1', content: 'x' },
          { role: 'tool', tool_call_id: '2', content: 'y' },
        ],
      },
    ],
    [
      'calls without text',
      {
        messages: [
          ...hello,
          { role: 'assistant', tool_calls: [call('1')] },
          { role: 'tool', tool_call_id: '1', content: '' },
        ],
      },
    ],
    [
      'images, audio and files',
      {
        messages: [
          {
            role: 'user',
            content: [
              { type: 'text', text: 'see' },
              { type: 'image_url', image_url: { url: 'https://x/y.png', detail: 'low' } },
              { type: 'input_audio', input_audio: { data: 'AAAA', format: 'wav' } },
              {
                type: 'file',
                file: { filename: 'a.pdf', file_data: 'data:application/pdf;base64,AAAA' },
              },
              { type: 'file', file: { file_id: 'file-1' } },
            ],
          },
        ],
      },
    ],
    ['a refusal', { messages: [...hello, { role: 'assistant', refusal: 'no' }, ...hello] }],
    [
      'two assistant messages',
      {
        messages: [
          ...hello,
          { role: 'assistant', content: 'a' },
          { role: 'assistant', content: 'b' },
        ],
      },
    ],
    [
      'tools',
      {
        tools: [
          {
            type: 'function',
            function: { name: 'f', description: 'd', parameters: { type: 'object' }, strict: true },
          },
        ],
        tool_choice: 'required',
        parallel_tool_calls: false,
      },
    ],
    [
      'a named tool',
      {
        tools: [{ type: 'function', function: { name: 'f' } }],
        tool_choice: { type: 'function', function: { name: 'f' } },
      },
    ],
    [
      'allowed tools',
      {
        tools: [{ type: 'function', function: { name: 'f' } }],
        tool_choice: {
          type: 'allowed_tools',
          allowed_tools: { mode: 'auto', tools: [{ type: 'function', function: { name: 'f' } }] },
        },
      },
    ],
    [
      'custom tools',
      {
        tools: [{ type: 'custom', custom: { name: 'c', format: { type: 'text' } } }],
        tool_choice: { type: 'custom', custom: { name: 'c' } },
        messages: [
          ...hello,
          {
            role: 'assistant',
            tool_calls: [{ id: '1', type: 'custom', custom: { name: 'c', input: 'free' } }],
          },
          { role: 'tool', tool_call_id: '1', content: 'x' },
        ],
      },
    ],
    [
      'formats',
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'n', schema: { type: 'object' }, strict: true },
        },
      },
    ],
    [
      'settings',
      {
        temperature: 0.5,
        top_p: 0.9,
        max_completion_tokens: 10,
        stop: ['a', 'b'],
        seed: 1,
        presence_penalty: 0.1,
        frequency_penalty: -0.1,
        reasoning_effort: 'low',
        user: 'u',
      },
    ],
    [
      'streams',
      { stream: true, stream_options: { include_usage: true, include_obfuscation: false } },
    ],
    [
      'unknown fields',
      { store: true, metadata: { a: 'b' }, service_tier: 'flex', n: 2, logprobs: true },
    ],
  ])('keeps %s', (_, body) => {
    expect(again(body)).toEqual({ model: 'm', messages: hello, ...body })
  })

  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    ['max_tokens by its newer name', { max_tokens: 5 }, { max_completion_tokens: 5 }],
    ['one stop sequence as a list', { stop: 'a' }, { stop: ['a'] }],
    [
      'no nulls',
      { temperature: null, stop: null, tools: null, seed: null, logit_bias: null, stream: false },
      {},
    ],
    ['no field of ours', { context: { conversation: 'c' } }, {}],
    [
      'functions as tools',
      { functions: [{ name: 'f' }], function_call: { name: 'f' } },
      {
        tools: [{ type: 'function', function: { name: 'f' } }],
        tool_choice: { type: 'function', function: { name: 'f' } },
      },
    ],
    [
      'function messages as tool messages',
      {
        messages: [
          ...hello,
          { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } },
          { role: 'function', name: 'f', content: 'x' },
        ],
      },
      {
        messages: [
          ...hello,
          {
            role: 'assistant',
            tool_calls: [
              { id: 'call_function_1', type: 'function', function: { name: 'f', arguments: '{}' } },
            ],
          },
          { role: 'tool', tool_call_id: 'call_function_1', content: 'x' },
        ],
      },
    ],
    [
      'images of a tool in a user message after all outputs',
      {
        messages: [
          ...hello,
          { role: 'assistant', tool_calls: [call('1'), call('2')] },
          {
            role: 'tool',
            tool_call_id: '1',
            content: [
              { type: 'text', text: 'x' },
              { type: 'image_url', image_url: { url: 'https://x' } },
            ],
          },
          { role: 'tool', tool_call_id: '2', content: 'y' },
        ],
      },
      {
        messages: [
          ...hello,
          { role: 'assistant', tool_calls: [call('1'), call('2')] },
          { role: 'tool', tool_call_id: '1', content: 'x' },
          { role: 'tool', tool_call_id: '2', content: 'y' },
          { role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x' } }] },
        ],
      },
    ],
  ])('writes %s', (_, body, expected) => {
    expect(again(body)).toEqual({ model: 'm', messages: hello, ...expected })
  })

  it('sends reasoning back only on request', () => {
    const body = {
      model: 'm',
      messages: [...hello, { role: 'assistant', content: 'a', reasoning_content: 'why' }],
    }
    const request = chat.decodeRequest(body)
    expect(request.items[1]).toMatchObject({ type: 'reasoning', content: [{ text: 'why' }] })
    expect(JSON.stringify(chat.encodeRequest(request))).not.toContain('why')
    const echoing = testDialect('openai-chat', {
      quirks: { reasoning: { field: 'reasoning_content', echo: 'Always' } },
      outputLimitField: 'max_tokens',
    })
    expect(echoing.encodeRequest(request)).toEqual(body)
    expect(echoing.encodeRequest({ ...request, settings: { maxOutputTokens: 3 } })).toMatchObject({
      max_tokens: 3,
    })
  })

  it('does not send the fields of another dialect', () => {
    const request = chat.decodeRequest({
      model: 'm',
      messages: hello,
      thinking: { type: 'enabled' },
    })
    expect(chat.encodeRequest({ ...request, extrasDialect: 'anthropic-messages' })).toEqual({
      model: 'm',
      messages: hello,
    })
  })
})

describe('an invalid chat request', () => {
  it.each<[unknown, string, RegExp]>([
    [[], 'body', /expected an object, but got an array/],
    [{ messages: hello }, 'model', /Missing required field 'model'/],
    [{ model: '', messages: hello }, 'model', /empty/],
    [{ model: 'm' }, 'messages', /Missing required field/],
    [{ model: 'm', messages: [] }, 'messages', /at least one message/],
    [{ model: 'm', messages: 'hi' }, 'messages', /expected an array/],
    [{ model: 'm', messages: ['hi'] }, 'messages[0]', /expected an object/],
    [
      { model: 'm', messages: [{ role: 'bot', content: 'x' }] },
      'messages[0].role',
      /'bot' is not one of/,
    ],
    [{ model: 'm', messages: [{ role: 'user' }] }, 'messages[0].content', /string or an array/],
    [{ model: 'm', messages: [{ role: 'user', content: null }] }, 'messages[0].content', /null/],
    [{ model: 'm', messages: [{ role: 'user', content: [] }] }, 'messages[0].content', /no parts/],
    [
      { model: 'm', messages: [{ role: 'user', content: [{ type: 'video' }] }] },
      'messages[0].content[0].type',
      /'video'/,
    ],
    [
      {
        model: 'm',
        messages: [{ role: 'user', content: [{ type: 'image_url', image_url: 'x' }] }],
      },
      'messages[0].content[0].image_url',
      /object/,
    ],
    [{ model: 'm', messages: [{ role: 'assistant' }] }, 'messages[0].content', /needs content/],
    [
      { model: 'm', messages: [{ role: 'tool', content: 'x' }] },
      'messages[0].tool_call_id',
      /Missing/,
    ],
    [
      { model: 'm', messages: [{ role: 'function', name: 'f', content: 'x' }] },
      'messages[0].name',
      /no earlier assistant message/,
    ],
    [
      { model: 'm', messages: [{ role: 'assistant', tool_calls: [{ id: '1' }] }] },
      'messages[0].tool_calls[0].function',
      /Missing/,
    ],
    [
      { model: 'm', messages: hello, temperature: 'hot' },
      'temperature',
      /expected a number, but got a string/,
    ],
    [{ model: 'm', messages: hello, max_tokens: 0 }, 'max_tokens', /at least 1/],
    [{ model: 'm', messages: hello, stop: [1] }, 'stop[0]', /string/],
    [{ model: 'm', messages: hello, stream: 'yes' }, 'stream', /true or false/],
    [
      { model: 'm', messages: hello, tools: [{ type: 'function' }] },
      'tools[0].function',
      /Missing/,
    ],
    [{ model: 'm', messages: hello, tool_choice: 'maybe' }, 'tool_choice', /'maybe'/],
    [
      { model: 'm', messages: hello, response_format: { type: 'xml' } },
      'response_format.type',
      /'xml'/,
    ],
  ])('%j is refused at %s', (body, param, message) => {
    const read = () => chat.decodeRequest(body)
    expect(read).toThrow(ModelError)
    expect(read).toThrow(message)
    expect(read).toThrow(expect.objectContaining({ kind: 'invalid-request', status: 400, param }))
  })
})
