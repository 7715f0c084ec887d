import { describe, expect, it } from 'vitest'
import type { Item } from '../../operations/chat/item.ts'
import { testDialect } from '../../test-support/test-dialect.ts'

const anthropic = testDialect('anthropic-messages')
const chat = testDialect('openai-chat')

type Body = Record<string, unknown>

const text = (value: string, more: object = {}) => ({ type: 'text', text: value, ...more })
const cached = { cache_control: { type: 'ephemeral' } }
const hello = [{ role: 'user', content: [text('hi')] }]
const ask = (parts: Body): Body => ({
  model: 'claude-opus-5',
  max_tokens: 100,
  messages: hello,
  ...parts,
})
const inMessage = (...content: object[]) => ask({ messages: [{ role: 'user', content }] })
const inAnswer = (...content: object[]) =>
  ask({ messages: [...hello, { role: 'assistant', content }, ...hello] })

const citation = {
  type: 'char_location',
  cited_text: 'x',
  document_index: 0,
  document_title: 't',
  start_char_index: 0,
  end_char_index: 1,
}
const searched = {
  type: 'web_search_tool_result',
  tool_use_id: 's1',
  content: [
    { type: 'web_search_result', url: 'https://x.test', title: 't', encrypted_content: 'e' },
  ],
}
const found = {
  type: 'search_result',
  source: 'https://x.test',
  title: 't',
  content: [text('body')],
}
const agent = {
  model: 'claude-sonnet-5',
  max_tokens: 32_000,
  stream: true,
  system: [text('You are an agent.', cached), text('Be brief.', cached)],
  messages: [
    { role: 'user', content: [text('<system-reminder>'), text('do it', cached)] },
    {
      role: 'assistant',
      content: [
        { type: 'thinking', thinking: 'hm', signature: 'c2ln' },
        text('I look.'),
        { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { path: 'a' }, ...cached },
        { type: 'tool_use', id: 'toolu_2', name: 'mcp__git__log', input: {} },
      ],
    },
    {
      role: 'user',
      content: [
        { type: 'tool_result', tool_use_id: 'toolu_1', content: [text('a', cached)], ...cached },
        { type: 'tool_result', tool_use_id: 'toolu_2', content: 'b', is_error: true },
      ],
    },
  ],
  tools: [
    {
      name: 'Read',
      description: 'reads',
      input_schema: { type: 'object', $schema: 'http://json-schema.org/draft-07/schema#' },
      eager_input_streaming: true,
    },
    { name: 'mcp__git__log', input_schema: { type: 'object' }, defer_loading: true, ...cached },
    { type: 'web_search_20250305', name: 'web_search', max_uses: 8 },
  ],
  thinking: { type: 'adaptive' },
  output_config: { effort: 'high' },
  context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
  metadata: { user_id: 'user_1_session_2' },
  cache_control: { type: 'ephemeral', ttl: '1h' },
}

describe('a request of this dialect, read and written', () => {
  it.each<[string, Body]>([
    ['of a coding agent', agent],
    [
      'marks with a scope',
      inMessage(text('a', { cache_control: { type: 'ephemeral', scope: 'global' } })),
    ],
    [
      'a document with a title, context and citations',
      inMessage({
        type: 'document',
        source: { type: 'text', media_type: 'text/plain', data: 'words' },
        title: 't',
        context: 'c',
        citations: { enabled: true },
        ...cached,
      }),
    ],
    [
      'a document of blocks',
      inMessage({ type: 'document', source: { type: 'content', content: [text('a')] } }),
    ],
    ['an image by its id', inMessage({ type: 'image', source: { type: 'file', file_id: 'f' } })],
    ['a search result', inMessage({ ...found, citations: { enabled: true }, ...cached })],
    [
      'an upload into a container',
      inMessage(text('a'), { type: 'container_upload', file_id: 'f' }),
    ],
    ['an answer that cites', inAnswer(text('a', { citations: [citation] }), text('b'))],
    [
      'an answer with server tools',
      inAnswer(
        { type: 'thinking', thinking: 'hm', signature: 'c2ln' },
        { type: 'server_tool_use', id: 's1', name: 'web_search', input: { query: 'q' } },
        searched,
        { type: 'thinking', thinking: 'so', signature: 'c2ln' },
        text('done'),
      ),
    ],
    ['a compaction', inAnswer({ type: 'compaction', content: 'before' }, text('a'))],
    [
      'a paused turn that goes on',
      ask({
        messages: [
          ...hello,
          {
            role: 'assistant',
            content: [
              text('a'),
              { type: 'server_tool_use', id: 's', name: 'web_search', input: {} },
            ],
          },
        ],
      }),
    ],
    [
      'a result with a search result and a tool reference',
      ask({
        messages: [
          ...hello,
          {
            role: 'assistant',
            content: [
              { type: 'tool_use', id: 't', name: 'f', input: {}, caller: { type: 'direct' } },
            ],
          },
          {
            role: 'user',
            content: [
              {
                type: 'tool_result',
                tool_use_id: 't',
                content: [found, { type: 'tool_reference', tool_name: 'g' }],
              },
            ],
          },
        ],
        tools: [{ name: 'f', input_schema: { type: 'object' } }],
      }),
    ],
    [
      'system messages after a turn',
      ask({
        system: 'first',
        messages: [
          ...hello,
          { role: 'system', content: [text('later')], clear_at: 'never' },
          { role: 'assistant', content: [text('a')] },
          ...hello,
          {
            role: 'system',
            content: [
              text('last'),
              { type: 'tool_addition', tool: { type: 'tool_reference', name: 'f' } },
            ],
          },
        ],
      }),
    ],
    [
      'what only the top level has',
      ask({
        container: { skills: [] },
        mcp_servers: [{ type: 'url', url: 'https://x.test', name: 'x' }],
        inference_geo: 'eu',
        service_tier: 'standard_only',
        speed: 'fast',
      }),
    ],
    [
      'its own strict schemas',
      ask({
        tools: [
          {
            name: 'f',
            strict: true,
            input_schema: { type: 'object', properties: { n: { type: 'integer', minimum: 1 } } },
          },
        ],
        tool_choice: { type: 'tool', name: 'f' },
        output_config: { format: { type: 'json_schema', schema: { type: 'object', default: {} } } },
      }),
    ],
    ['effort without thinking', ask({ output_config: { effort: 'low' } })],
    ['thinking of every mode', ask({ thinking: { type: 'between_tools' } })],
    [
      'thinking that is not told',
      ask({
        model: 'claude-opus-4-5',
        max_tokens: 4000,
        thinking: { type: 'enabled', budget_tokens: 2000, display: 'omitted' },
      }),
    ],
  ])('is the same: %s', (_, body) => {
    expect(
      JSON.parse(JSON.stringify(anthropic.encodeRequest(anthropic.decodeRequest(body)))),
    ).toEqual(body)
  })

  it('has names for what other dialects share', () => {
    const { cacheControl, settings, tools } = anthropic.decodeRequest(agent)
    expect(cacheControl).toEqual({ type: 'ephemeral', ttl: '1h' })
    expect(settings).toMatchObject({ reasoningEffort: 'high', user: 'user_1_session_2' })
    expect(tools[1]).toMatchObject({
      cacheControl: { type: 'ephemeral' },
      extras: { fields: { defer_loading: true } },
    })
    const budget = anthropic.decodeRequest(
      ask({ thinking: { type: 'enabled', budget_tokens: 4000, display: 'omitted' } }),
    )
    expect(budget.settings).toMatchObject({
      reasoningBudget: 4000,
      reasoningEffort: 'medium',
      reasoningSummary: 'none',
    })
  })

  it('shows other dialects the words of what they do not know', () => {
    const sent = JSON.stringify(chat.encodeRequest(anthropic.decodeRequest(inMessage(found))))
    expect(sent).toContain('t\\nhttps://x.test\\nbody')
  })
})

describe('seals', () => {
  const history = (...items: Item[]): Item[] => [
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'hi' }] },
    ...items,
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'and?' }] },
  ]
  const request = (items: readonly Item[]) => ({
    model: 'claude-opus-5',
    items,
    tools: [],
    settings: {},
    stream: false,
    includeUsage: false,
    extras: {},
  })
  const thought = {
    type: 'reasoning',
    summary: [],
    content: [{ type: 'reasoning_text', text: 'hm' }],
  } as const
  const said: Item = {
    type: 'message',
    role: 'assistant',
    content: [{ type: 'output_text', text: 'a' }],
  }

  it('of others never reach a provider of this dialect', () => {
    for (const reasoning of [
      { ...thought, maker: 'gemini', signature: 's' },
      { ...thought, maker: 'openai-responses', encrypted_content: 's' },
      { ...thought, signature: '' },
      thought,
    ]) {
      const body = anthropic.encodeRequest(request(history(reasoning, said))) as Body
      expect(body['messages']).toHaveLength(3)
      expect(JSON.stringify(body)).not.toContain('thinking')
    }
  })

  it.each<Item>([
    { ...thought, maker: 'gemini', signature: 's' },
    {
      type: 'reasoning',
      summary: [{ type: 'summary_text', text: 'hm' }],
      maker: 'openai-responses',
      encrypted_content: 's',
    },
    { type: 'reasoning', summary: [], maker: 'openai-responses', encrypted_content: 's' },
    { ...thought, maker: 'anthropic-messages', signature: 's' },
    { type: 'reasoning', summary: [], maker: 'anthropic-messages', encrypted_content: 's' },
    { ...thought },
    {
      type: 'function_call',
      call_id: 'c',
      name: 'f',
      arguments: '{}',
      maker: 'gemini',
      signature: 's',
    },
  ])('go out to callers and come back: %j', (item) => {
    const answer = anthropic.encodeResponse({
      id: 'm',
      model: 'm',
      createdAt: 1,
      output: [item],
      finishReason: 'stop',
    }) as Body
    const body = ask({
      messages: [...hello, { role: 'assistant', content: answer['content'] }, ...hello],
    })
    expect(anthropic.decodeRequest(body).items.slice(1, -1)).toEqual([item])
  })
})
