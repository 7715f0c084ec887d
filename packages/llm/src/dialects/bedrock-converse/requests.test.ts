import { describe, expect, it } from 'vitest'
import type { Item } from '../../operations/chat/item.ts'
import type { ModelRequest } from '../../operations/chat/model-request.ts'
import { testDialect } from '../../test-support/test-dialect.ts'

const chat = testDialect('openai-chat')
const converse = testDialect('bedrock-converse')
const hello = [{ role: 'user', content: 'hi' }]
const helloBlocks = [{ role: 'user', content: [{ text: 'hi' }] }]
const qwen = 'qwen.qwen3-32b-v1:0'
const claude = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0'
const llama = 'us.meta.llama3-3-70b-instruct-v1:0'

type Body = Record<string, unknown>

/** The body that a chat request is translated to. */
function translate(body: Body): Body {
  const request = chat.decodeRequest({ model: qwen, messages: hello, ...body })
  return JSON.parse(JSON.stringify(converse.encodeRequest(request))) as Body
}

const call = (id: string, text = '{"a":1}') => ({
  id,
  type: 'function',
  function: { name: 'f', arguments: text },
})
const use = (toolUseId: string, input: unknown = { a: 1 }) => ({
  toolUse: { toolUseId, name: 'f', input },
})
const result = (id: string, content: string) => ({ role: 'tool', tool_call_id: id, content })
const resultOf = (toolUseId: string, ...content: object[]) => ({
  toolResult: { toolUseId, content },
})
const pdf = 'data:application/pdf;base64,JVBERi0='
const file = (filename: string, file_data = pdf) => ({
  type: 'file',
  file: { filename, file_data },
})
const documentOf = (name: string, format = 'pdf') => ({
  document: { name, format, source: { bytes: expect.any(String) as string } },
})

describe('messages for Converse', () => {
  it.each<[string, unknown[], Body]>([
    [
      'system and developer messages at the top',
      [{ role: 'system', content: 'a' }, ...hello, { role: 'developer', content: 'b' }],
      { system: [{ text: 'a' }, { text: 'b' }], messages: helloBlocks },
    ],
    [
      'neighbours of one role as one message, without blank text',
      [...hello, { role: 'user', content: ' ' }, { role: 'user', content: 'b' }],
      { messages: [{ role: 'user', content: [{ text: 'hi' }, { text: 'b' }] }] },
    ],
    [
      'all results of parallel calls in the next message, before what the user says',
      [
        ...hello,
        { role: 'assistant', content: 'both', tool_calls: [call('1'), call('2')] },
        { role: 'user', content: 'go on' },
        result('2', ''),
        result('1', 'x'),
      ],
      {
        messages: [
          ...helloBlocks,
          { role: 'assistant', content: [{ text: 'both' }, use('1'), use('2')] },
          {
            role: 'user',
            content: [resultOf('1', { text: 'x' }), resultOf('2'), { text: 'go on' }],
          },
        ],
      },
    ],
    [
      'ids that come again, are long or hold other characters',
      [
        ...hello,
        { role: 'assistant', tool_calls: [call('f/0'), call('f/0'), call('i'.repeat(80))] },
        result('f/0', 'x'),
        result('f/0', 'y'),
        result('i'.repeat(80), 'z'),
      ],
      {
        messages: [
          ...helloBlocks,
          { role: 'assistant', content: [use('f_0'), use('f_0_2'), use('i'.repeat(56))] },
          { role: 'user' },
        ],
      },
    ],
    [
      'arguments that are no JSON object',
      [...hello, { role: 'assistant', tool_calls: [call('1', '{"a":')] }, result('1', 'x')],
      {
        messages: [
          ...helloBlocks,
          { role: 'assistant', content: [use('1', { invalid_arguments: '{"a":' })] },
          { role: 'user' },
        ],
      },
    ],
    [
      'a first message of the user, and no white space at the end',
      [{ role: 'assistant', content: 'Welcome \n' }],
      {
        messages: [
          { role: 'user', content: [{ text: 'Continue.' }] },
          { role: 'assistant', content: [{ text: 'Welcome' }] },
        ],
      },
    ],
    [
      'documents under allowed names, no two the same, with a text beside them',
      [
        {
          role: 'user',
          content: [
            file('a_b.pdf'),
            file('a_b.pdf'),
            file('A-B.docx', 'data:application/vnd.ms-excel;base64,AAAA'),
            file('читай.md', 'data:text/plain,x'),
            file('clip.mp4', 'data:video/mp4;base64,AAAA'),
          ],
        },
      ],
      {
        messages: [
          {
            role: 'user',
            content: [
              documentOf('a-b'),
              documentOf('a-b (2)'),
              documentOf('A-B (3)', 'xls'),
              documentOf('document', 'md'),
              { video: { format: 'mp4', source: { bytes: 'AAAA' } } },
              { text: 'See the attached document.' },
            ],
          },
        ],
      },
    ],
    [
      'an image by what it is, not by what it is said to be',
      [
        {
          role: 'user',
          content: [
            {
              type: 'image_url',
              image_url: { url: 'data:image/png;base64,/9j/4AAQSkZJRgABAQAAAQABAAD/2wBD' },
            },
          ],
        },
      ],
      { messages: [{ role: 'user', content: [{ image: { format: 'jpeg' } }] }] },
    ],
  ])('hold %s', (_, messages, expected) => {
    expect(translate({ messages })).toMatchObject(expected)
  })

  it.each<[string, unknown[], RegExp]>([
    [
      'a call without output',
      [...hello, { role: 'assistant', tool_calls: [call('1')] }, ...hello],
      /'1' of 'f' has no output/,
    ],
    ['an output without call', [...hello, result('9', 'x')], /'9' does not match any call/],
    [
      'an image at a web address',
      [{ role: 'user', content: [{ type: 'image_url', image_url: { url: 'https://x.test/a' } }] }],
      /only as data, or from S3/,
    ],
    [
      'an image of another kind',
      [
        {
          role: 'user',
          content: [{ type: 'image_url', image_url: { url: 'data:image/tiff;base64,AA' } }],
        },
      ],
      /does not accept images of type image\/tiff/,
    ],
    [
      'a file of another kind',
      [{ role: 'user', content: [file('a.zip', 'data:application/zip;base64,AA')] }],
      /does not accept files of type application\/zip/,
    ],
  ])('are refused with %s', (_, messages, message) => {
    expect(() => translate({ messages })).toThrow(message)
  })
})

describe('thinking that is sent back', () => {
  const encode = (items: readonly Item[]) =>
    converse.encodeRequest({ ...plain, items: [...said('user'), ...items, ...said('user')] })
  const plain: ModelRequest = {
    model: claude,
    items: [],
    tools: [],
    settings: {},
    stream: false,
    includeUsage: false,
    extras: {},
    extrasDialect: 'others',
  }
  const thought = {
    type: 'reasoning',
    summary: [],
    content: [{ type: 'reasoning_text', text: 'hm' }],
  } as const
  const said = (role: 'user' | 'assistant'): Item[] => [
    {
      type: 'message',
      role,
      content: [{ type: role === 'user' ? 'input_text' : 'output_text', text: 'x' }],
    },
  ]

  it('is what Bedrock sealed, and nothing else', () => {
    const own = { ...thought, maker: 'bedrock-converse', signature: 's' }
    const redacted = { ...own, content: [], signature: undefined, encrypted_content: 'AAAA' }
    const { signature: _, ...sealed } = redacted
    const strange = { ...thought, maker: 'gemini', signature: 'g' }
    const items: Item[] = [own, sealed, strange, thought, ...said('assistant')]
    expect(encode(items)).toMatchObject({
      messages: [
        { role: 'user' },
        {
          role: 'assistant',
          content: [
            { reasoningContent: { reasoningText: { text: 'hm', signature: 's' } } },
            { reasoningContent: { redactedContent: 'AAAA' } },
            { text: 'x' },
          ],
        },
        { role: 'user' },
      ],
    })
  })
})

describe('tools and JSON answers for Converse', () => {
  const tools = [
    { type: 'function', function: { name: 'f' } },
    { type: 'function', function: { name: 'g' } },
  ]
  const spec = (name: string) => ({ toolSpec: { name, inputSchema: { json: { type: 'object' } } } })
  const schema = { type: 'object', properties: {} }
  const response_format = { type: 'json_schema', json_schema: { name: 'n', schema } }
  const named = { type: 'function', function: { name: 'g' } }

  it.each<[string, Body, unknown]>([
    ['none', { tools: [] }, undefined],
    ['a forced one', { tools, tool_choice: named }, { toolChoice: { tool: { name: 'g' } } }],
    ['any', { tools, tool_choice: 'required' }, { toolChoice: { any: {} } }],
    ['no choice', { tools, tool_choice: 'none' }, undefined],
    [
      'a forced one that cannot be named',
      { tools, tool_choice: named, model: 'mistral.mistral-large-2407-v1:0' },
      { tools: [spec('g')], toolChoice: { any: {} } },
    ],
    [
      'those of a history that may be called no more',
      {
        messages: [...hello, { role: 'assistant', tool_calls: [call('1')] }, result('1', 'x')],
      },
      { tools: [{ toolSpec: { name: 'f' } }] },
    ],
    [
      'one for an answer by a schema',
      { response_format, model: 'amazon.nova-pro-v1:0', tools },
      {
        tools: [spec('f'), spec('g'), { toolSpec: { name: 'fairlead_json_answer' } }],
        toolChoice: { any: {} },
      },
    ],
  ])('are %s', (_, body, expected) => {
    const { toolConfig } = translate(body)
    if (expected === undefined) expect(toolConfig).toBeUndefined()
    else expect(toolConfig).toMatchObject(expected as object)
  })

  it('have a schema where the model takes one, otherwise an instruction', () => {
    expect(translate({ response_format })['outputConfig']).toEqual({
      textFormat: {
        type: 'json_schema',
        structure: { jsonSchema: { name: 'n', schema: JSON.stringify(schema) } },
      },
    })
    expect(translate({ response_format, model: llama })['system']).toEqual([
      { text: expect.stringContaining('valid under this JSON schema') as string },
    ])
  })

  it('are answers again where a tool stood in for one', () => {
    const input = { a: 1 }
    const toolUse = { toolUseId: 'u', name: 'fairlead_json_answer', input }
    const response = converse.decodeResponse({
      output: { message: { role: 'assistant', content: [{ toolUse }] } },
      stopReason: 'tool_use',
    })
    expect(response).toMatchObject({
      output: [{ type: 'message', content: [{ text: '{"a":1}' }] }],
      finishReason: 'stop',
    })
  })
})

describe('settings for Converse', () => {
  it.each<[string, Body, Body]>([
    [
      'a budget',
      { model: claude, reasoning_effort: 'low' },
      {
        additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 2048 } },
        inferenceConfig: { maxTokens: 6144 },
      },
    ],
    [
      'an effort',
      { model: 'anthropic.claude-opus-4-8', reasoning_effort: 'minimal', temperature: 1 },
      {
        outputConfig: { effort: 'low' },
        additionalModelRequestFields: { thinking: { type: 'adaptive', display: 'summarized' } },
      },
    ],
    [
      "Nova's effort, which a limit keeps from being the highest",
      { model: 'us.amazon.nova-2-lite-v1:0', reasoning_effort: 'high', max_tokens: 9 },
      {
        additionalModelRequestFields: {
          reasoningConfig: { type: 'enabled', maxReasoningEffort: 'medium' },
        },
      },
    ],
  ])('ask for thinking by %s', (_, body, expected) => {
    expect(translate(body)).toMatchObject(expected)
  })

  it('leave thinking out where the limit leaves no room, or a call is forced', () => {
    const asked = { model: claude, reasoning_effort: 'high' }
    const tools = [{ type: 'function', function: { name: 'f' } }]
    expect(
      translate({ ...asked, max_tokens: 1500 })['additionalModelRequestFields'],
    ).toBeUndefined()
    expect(
      translate({ ...asked, tools, tool_choice: 'required' })['additionalModelRequestFields'],
    ).toBeUndefined()
  })

  it('hold instructions in the first message of models that have no other place', () => {
    const messages = [{ role: 'system', content: 's' }, ...hello]
    const body = translate({ model: 'amazon.titan-text-express-v1', messages })
    expect(body).toEqual({ messages: [{ role: 'user', content: [{ text: 's' }, { text: 'hi' }] }] })
  })
})
