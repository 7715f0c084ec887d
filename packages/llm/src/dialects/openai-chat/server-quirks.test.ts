import { describe, expect, it } from 'vitest'
import { chatFormatOf } from '../dialect.ts'
import type { ServerQuirks } from '../../operations/chat/server-quirks.ts'
import { openAiChat } from './dialect.ts'

const chat = chatFormatOf(openAiChat)
const ask = { role: 'user', content: 'hi' }
const call = (id: string) => ({ id, type: 'function', function: { name: 'f', arguments: '{}' } })

/** The body that a server with quirks gets, decoded and written again. */
function written(body: object, quirks: ServerQuirks): unknown {
  return chat.encodeRequest(chat.decodeRequest({ model: 'm', ...body }), {
    outputLimitField: 'max_tokens',
    quirks,
  })
}

/** The same, with the caller's bytes as far as they may pass; undefined if they may not. */
function passed(fields: object, quirks: ServerQuirks): unknown {
  const body = { model: 'm', messages: [ask], ...fields }
  const bytes = Buffer.from(JSON.stringify(body))
  const sent = openAiChat.passage.inspect(body)
  const edited = openAiChat.passage.edit(bytes, sent, {
    model: 'm',
    edits: {},
    options: { outputLimitField: 'max_tokens', quirks },
  })
  return edited === bytes ? 'unchanged' : edited && JSON.parse(Buffer.from(edited).toString())
}

describe('a server that has a quirk', () => {
  it.each<[string, object, ServerQuirks, unknown]>([
    ['nulls are left out', { seed: null, stop: null }, { refusesNulls: true }, {}],
    [
      'the length moves to the field that it knows',
      { max_completion_tokens: 9 },
      { outputLimit: 'max_tokens' },
      { max_tokens: 9 },
    ],
    [
      'and to the newer one',
      { max_tokens: 9 },
      { outputLimit: 'max_completion_tokens' },
      { max_completion_tokens: 9 },
    ],
    [
      'given twice, the newer counts',
      { max_tokens: 1, max_completion_tokens: 9 },
      { outputLimit: 'max_tokens' },
      { max_tokens: 9 },
    ],
    [
      'usage is not asked for',
      { stream: true, stream_options: { include_usage: true } },
      { usageOption: 'Refused' },
      { stream: true },
    ],
  ])('%s', (_name, fields, quirks, expected) => {
    const body = { model: 'm', messages: [ask], ...(expected as object) }
    expect(passed(fields, quirks)).toEqual(body)
    expect(written({ messages: [ask], ...fields }, quirks)).toEqual(body)
  })

  it.each<[string, object, ServerQuirks]>([
    ['no nulls', { seed: 1 }, { refusesNulls: true }],
    ['nulls that it takes', { seed: null }, {}],
    ['the field that it knows', { max_tokens: 3 }, { outputLimit: 'max_tokens' }],
    ['a whole answer', {}, { usageOption: 'Refused' }],
    ['no developer', {}, { refusesDeveloperRole: true }],
    ['a developer that it knows', { messages: [{ role: 'developer', content: 'x' }] }, {}],
  ])('gets the bytes of a request with %s', (_name, fields, quirks) => {
    expect(passed(fields, quirks)).toBe('unchanged')
  })

  it('gets `system` for `developer`', () => {
    const messages = [{ role: 'developer', content: 'be brief' }, ask]
    const quirks = { refusesDeveloperRole: true } as const
    expect(passed({ messages }, quirks)).toBeUndefined()
    expect(written({ messages }, quirks)).toMatchObject({
      messages: [{ role: 'system', content: 'be brief' }, ask],
    })
  })

  it('gets ids of tool calls in its form, the same for call and output', () => {
    const quirks = { toolCallIds: 'NineAlphanumerics' } as const
    const messages = [
      ask,
      { role: 'assistant', tool_calls: [call('call_abcdefghijkl'), call('call00001'), call('x')] },
      { role: 'tool', tool_call_id: 'x', content: '2' },
      { role: 'tool', tool_call_id: 'call00001', content: '1' },
      { role: 'tool', tool_call_id: 'call_abcdefghijkl', content: '0' },
    ]
    expect(passed({ messages }, quirks)).toBeUndefined()
    const ids = ['call00002', 'call00001', 'call00003']
    expect(written({ messages }, quirks)).toMatchObject({
      messages: [
        ask,
        { tool_calls: ids.map((id) => ({ id })) },
        { tool_call_id: 'call00003', content: '2' },
        { tool_call_id: 'call00001', content: '1' },
        { tool_call_id: 'call00002', content: '0' },
      ],
    })
    const plain = [{ role: 'assistant', tool_calls: [call('A1b2C3d4E')] }]
    expect(passed({ messages: plain }, quirks)).toBe('unchanged')
  })
})

describe('reasoning of earlier answers', () => {
  const earlier = { role: 'assistant', content: 'first', reasoning_content: 'old' }
  const inLoop = { role: 'assistant', reasoning_content: 'new', tool_calls: [call('c')] }
  const output = { role: 'tool', tool_call_id: 'c', content: '1' }
  const dialogue = [ask, earlier, ask, inLoop, output]
  const kept = (echo: 'Never' | 'ToolLoop' | 'Always', messages: readonly object[] = dialogue) =>
    JSON.stringify(written({ messages }, { reasoning: { field: 'reasoning_content', echo } }))

  it('goes back as far as the server needs it', () => {
    expect(kept('Never')).not.toMatch(/old|new/)
    expect(kept('ToolLoop')).toContain('"reasoning_content":"new"')
    expect(kept('ToolLoop')).not.toContain('old')
    expect(kept('Always')).toMatch(/"reasoning_content":"old".*"reasoning_content":"new"/)
  })

  it('of a tool loop that is over does not', () => {
    expect(
      kept('ToolLoop', [...dialogue, { role: 'assistant', content: 'done' }, ask]),
    ).not.toMatch(/old|new/)
  })

  it.each([
    ['reasoning_content', { content: 'first', reasoning_content: 'old' }],
    ['reasoning', { content: 'first', reasoning: 'old' }],
    [
      'reasoning_details',
      {
        content: 'first',
        reasoning_details: [{ type: 'reasoning.text', text: 'old', format: 'unknown', index: 0 }],
      },
    ],
    [
      'thinking_chunks',
      {
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'old' }] },
          { type: 'text', text: 'first' },
        ],
      },
    ],
    ['think_tags', { content: '<think>\nold\n</think>\n\nfirst' }],
  ] as const)('stands in %s', (field, message) => {
    expect(
      written({ messages: [ask, earlier, ask] }, { reasoning: { field, echo: 'Always' } }),
    ).toEqual({ model: 'm', messages: [ask, { role: 'assistant', ...message }, ask] })
  })
})
