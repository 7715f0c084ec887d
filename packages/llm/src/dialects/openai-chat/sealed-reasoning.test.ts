import { describe, expect, it } from 'vitest'
import type { Item } from '../../operations/chat/item.ts'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { responseEvents } from '../../operations/chat/response-events.ts'
import { assemble, cutAt, decodeChunks, encodeEvents } from '../../test-support/recordings.ts'
import { testDialect } from '../../test-support/test-dialect.ts'

const chat = testDialect('openai-chat')
const anthropic = testDialect('anthropic-messages')

const call = { call_id: 'c1', name: 'f', arguments: '{}' } as const
const claude: readonly Item[] = [
  {
    type: 'reasoning',
    status: 'completed',
    summary: [],
    content: [{ type: 'reasoning_text', text: 'so be it' }],
    maker: 'anthropic-messages',
    signature: 'S+/=',
  },
  {
    type: 'reasoning',
    status: 'completed',
    summary: [],
    maker: 'anthropic-messages',
    encrypted_content: 'sealed',
  },
  { type: 'function_call', status: 'completed', ...call },
]
const responses: readonly Item[] = [
  {
    type: 'reasoning',
    id: 'rs_1',
    status: 'completed',
    summary: [
      { type: 'summary_text', text: 'first' },
      { type: 'summary_text', text: 'then' },
    ],
    maker: 'openai-responses',
    encrypted_content: 'gAAAA',
  },
  { type: 'function_call', status: 'completed', ...call },
]
const gemini: readonly Item[] = [
  {
    type: 'reasoning',
    status: 'completed',
    summary: [],
    content: [{ type: 'reasoning_text', text: 'hm' }],
  },
  { type: 'function_call', status: 'completed', ...call, maker: 'gemini', signature: 'T' },
]

const answer = (output: readonly Item[]): ModelResponse => ({
  id: 'a',
  model: 'm',
  createdAt: 1,
  output,
  finishReason: 'tool_calls',
})

const plain = (value: unknown) => JSON.parse(JSON.stringify(value)) as never

/** The whole answer as a caller gets it. */
function messageOf(output: readonly Item[]): Record<string, unknown> {
  const body = plain(chat.encodeResponse(answer(output))) as {
    choices: { message: Record<string, unknown> }[]
  }
  return body.choices[0]?.message ?? {}
}

/** What the gateway reads of a message that comes back. */
function readBack(message: Record<string, unknown>): readonly Item[] {
  const output = { role: 'tool', tool_call_id: 'c1', content: 'r' }
  const messages = [{ role: 'user', content: 'q' }, message, output]
  return chat.decodeRequest({ model: 'm', messages }).items.slice(1, -1)
}

const withoutStatus = (items: readonly Item[]) =>
  items.map((item) => {
    const { status: _, ...sent } = item as { status?: string } & object
    return sent
  })

describe.each([
  ['Claude', claude],
  ['OpenAI Responses', responses],
  ['Gemini', gemini],
])('sealed reasoning of %s', (_, output) => {
  it('comes back in the message of a whole answer', () => {
    expect(readBack(messageOf(output))).toEqual(withoutStatus(output))
  })

  it('comes back in the message of a stream, split at every byte', () => {
    const bytes = Buffer.from(encodeEvents(chat, responseEvents(answer(output))))
    for (let place = 0; place <= bytes.length; place += 1) {
      const events = decodeChunks(chat, cutAt(bytes, place))
      expect(assemble(events).output).toEqual(output)
    }
  })

  it('has its seal as its maker made it only where the form names the maker', () => {
    const { reasoning_details: details = [], thinking_blocks: blocks = [] } = messageOf(
      output,
    ) as Record<string, { format?: string; signature?: string; data?: string }[]>
    const sealed = [...details, ...blocks].filter((one) => one.signature ?? one.data)
    for (const { format, signature, data } of sealed) {
      const seal = signature ?? data ?? ''
      const isWrapped = Buffer.from(seal, 'base64').toString().startsWith('fairlead:')
      const maker = output.find((item) => item.type === 'reasoning')?.maker
      expect(isWrapped).toBe(format === undefined && maker !== 'anthropic-messages')
    }
  })
})

describe('a caller that keeps only one form', () => {
  it.each(['reasoning_details', 'thinking_blocks'])('may keep %s', (form) => {
    const { [form]: kept, tool_calls } = messageOf(claude)
    const items = readBack({ role: 'assistant', content: null, tool_calls, [form]: kept })
    expect(items).toEqual(withoutStatus(claude))
  })

  it.each<[string, object]>([
    ['reasoning_signature', { reasoning_content: 't', reasoning_signature: 'S' }],
    ['thinking_blocks', { thinking_blocks: [{ type: 'thinking', thinking: 't', signature: 'S' }] }],
    [
      'reasoning_details',
      {
        reasoning: 't',
        reasoning_details: [
          { type: 'reasoning.text', text: 't', signature: 'S', format: 'anthropic-claude-v1' },
        ],
      },
    ],
  ])('of another gateway, %s, keeps Claude thinking', (_, form) => {
    const tool_calls = [{ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' } }]
    const request = chat.decodeRequest({
      model: 'claude-sonnet-4-5',
      reasoning_effort: 'high',
      messages: [
        { role: 'user', content: 'hi' },
        { role: 'assistant', content: null, tool_calls, ...form },
        { role: 'tool', tool_call_id: 'c1', content: 'r' },
      ],
      tools: [{ type: 'function', function: { name: 'f' } }],
    })
    expect(anthropic.encodeRequest(request)).toMatchObject({
      thinking: { type: 'enabled' },
      messages: [
        { role: 'user' },
        {
          role: 'assistant',
          content: [{ type: 'thinking', thinking: 't', signature: 'S' }, { type: 'tool_use' }],
        },
        { role: 'user' },
      ],
    })
  })
})

describe('a server that streams its details', () => {
  const chunks = (deltas: readonly object[]) =>
    [...deltas.map((delta) => ({ id: 'c', choices: [{ index: 0, delta }] })), '[DONE]']
      .map((data) => `data: ${typeof data === 'string' ? data : JSON.stringify(data)}\n\n`)
      .join('')
  const outputOf = (deltas: readonly object[]) =>
    assemble(decodeChunks(chat, [Buffer.from(chunks(deltas))])).output

  const text = (value: string, fields: object = {}) => ({
    type: 'reasoning.text',
    text: value,
    format: 'anthropic-claude-v1',
    index: 0,
    ...fields,
  })

  it('as OpenRouter does, beside the same text', () => {
    expect(
      outputOf([
        { reasoning: 'a', reasoning_details: [text('a')] },
        { reasoning: 'b', reasoning_details: [text('b')] },
        { reasoning_details: [{ ...text(''), signature: 'S' }] },
        { content: 'so' },
      ]),
    ).toMatchObject([
      {
        content: [{ text: 'ab' }],
        maker: 'anthropic-messages',
        signature: 'S',
      },
      { type: 'message' },
    ])
  })

  it('as LiteLLM does, beside the same text', () => {
    const block = (thinking: string, signature = '') => ({
      thinking_blocks: [{ type: 'thinking', thinking, signature }],
    })
    expect(
      outputOf([
        { reasoning_content: 'a', ...block('a') },
        { reasoning_content: 'b', ...block('b') },
        { reasoning_content: '', ...block('', 'S') },
        { content: 'so' },
      ]),
    ).toMatchObject([{ content: [{ text: 'ab' }], signature: 'S' }, { type: 'message' }])
  })

  it('in blocks of their own', () => {
    expect(
      outputOf([
        { reasoning_details: [text('a')] },
        { reasoning_details: [text('', { signature: 'S' })] },
        { reasoning_details: [text('b', { index: 1 })] },
        { reasoning_details: [{ type: 'reasoning.encrypted', data: 'E', index: 2 }] },
        { content: 'so' },
      ]),
    ).toMatchObject([
      { content: [{ text: 'a' }], signature: 'S' },
      { content: [{ text: 'b' }], encrypted_content: 'E' },
      { type: 'message' },
    ])
  })

  it('gets them back as they were, if it takes them', () => {
    const quirks = { reasoning: { field: 'reasoning_details', echo: 'Always' } } as const
    const request = chat.decodeRequest({
      model: 'm',
      messages: [
        { role: 'user', content: 'q' },
        messageOf(claude),
        { role: 'tool', tool_call_id: 'c1', content: 'r' },
      ],
    })
    const own = testDialect('openai-chat', { quirks })
    expect(own.encodeRequest(request)).toMatchObject({
      messages: [
        {},
        {
          reasoning_details: [
            {
              type: 'reasoning.text',
              text: 'so be it',
              signature: 'S+/=',
              format: 'anthropic-claude-v1',
            },
            { type: 'reasoning.encrypted', data: 'sealed', format: 'anthropic-claude-v1' },
          ],
        },
        {},
      ],
    })
    expect(JSON.stringify(chat.encodeRequest(request))).not.toContain('reasoning')
  })
})
