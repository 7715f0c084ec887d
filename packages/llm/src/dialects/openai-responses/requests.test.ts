import { describe, expect, it } from 'vitest'
import { wrapSealed } from '../../operations/chat/sealed-text.ts'
import { testDialect } from '../../test-support/test-dialect.ts'

const responses = testDialect('openai-responses')
const chat = testDialect('openai-chat')
const anthropic = testDialect('anthropic-messages')

const body = (input: unknown, more: object = {}) => ({ model: 'm', input, ...more })
const user = (text: string) => ({
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text }],
})

/** As Codex sends it: codex-rs/codex-api/src/common.rs and codex-rs/protocol/src/models.rs. */
const codexRequest = {
  model: 'gpt-5.1-codex',
  instructions: 'You are Codex.',
  input: [
    { type: 'message', role: 'developer', content: [{ type: 'input_text', text: '<rules>' }] },
    user('list the files'),
    { type: 'reasoning', summary: [{ type: 'summary_text', text: 'hm' }], encrypted_content: 'gA' },
    { type: 'function_call', name: 'shell', arguments: '{"command":["ls"]}', call_id: 'call_1' },
    { type: 'function_call_output', call_id: 'call_1', output: 'a.txt' },
    {
      type: 'custom_tool_call',
      status: 'completed',
      call_id: 'call_2',
      name: 'apply_patch',
      input: '*** Begin Patch',
    },
    { type: 'custom_tool_call_output', call_id: 'call_2', output: 'Done' },
    {
      type: 'local_shell_call',
      call_id: 'call_3',
      status: 'completed',
      action: { type: 'exec', command: ['ls'] },
    },
    { type: 'function_call', namespace: 'mcp__docs', name: 'find', arguments: '{}', call_id: 'c4' },
    {
      type: 'function_call_output',
      call_id: 'c4',
      output: [{ type: 'input_image', image_url: 'data:image/png;base64,AA==' }],
    },
  ],
  tools: [
    { type: 'function', name: 'shell', description: 'd', strict: false, parameters: {} },
    {
      type: 'custom',
      name: 'apply_patch',
      description: 'd',
      format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
    },
    { type: 'local_shell' },
    { type: 'web_search', external_web_access: false },
    {
      type: 'namespace',
      name: 'mcp__docs',
      description: 'd',
      tools: [{ type: 'function', name: 'find', parameters: {}, strict: false }],
    },
  ],
  tool_choice: 'auto',
  parallel_tool_calls: false,
  reasoning: { effort: 'medium', summary: 'auto' },
  store: false,
  stream: true,
  include: ['reasoning.encrypted_content'],
  prompt_cache_key: 'thread-1',
  text: { verbosity: 'low' },
  client_metadata: { 'x-codex-installation-id': 'i' },
}

describe('a request of Codex', () => {
  const decoded = responses.decodeRequest(codexRequest)

  it('is read with what is canonical under its name', () => {
    expect(decoded).toMatchObject({
      items: [
        { role: 'system', content: [{ text: 'You are Codex.' }] },
        { role: 'developer' },
        { role: 'user' },
        { type: 'reasoning', maker: 'openai-responses', encrypted_content: 'gA' },
        { type: 'function_call', name: 'shell' },
        { type: 'function_call_output' },
        { type: 'function_call', custom: true, name: 'apply_patch', arguments: '*** Begin Patch' },
        { type: 'function_call_output', custom: true },
        { type: 'fairlead:native', role: 'assistant' },
        { type: 'function_call', extras: { fields: { namespace: 'mcp__docs' } } },
        { type: 'function_call_output', output: [{ type: 'input_image' }] },
      ],
      settings: {
        reasoningEffort: 'medium',
        reasoningSummary: 'auto',
        verbosity: 'low',
        store: false,
        promptCacheKey: 'thread-1',
      },
      extras: {
        include: ['reasoning.encrypted_content'],
        client_metadata: { 'x-codex-installation-id': 'i' },
      },
    })
    expect(decoded.tools.map(({ name, native }) => [name, native?.['type']])).toEqual([
      ['shell', undefined],
      ['apply_patch', undefined],
      ['local_shell', 'local_shell'],
      ['web_search', 'web_search'],
      ['mcp__docs', 'namespace'],
    ])
  })

  it('is written again as it was', () => {
    const written = responses.encodeRequest(decoded) as typeof codexRequest
    const withoutStatus = codexRequest.input.map((item) => {
      const { status: _, ...rest } = item as { status?: string; type: string }
      return item.type === 'local_shell_call' ? item : rest
    })
    expect(written).toEqual({ ...codexRequest, input: withoutStatus })
    expect(responses.decodeRequest(written)).toEqual({
      ...decoded,
      items: decoded.items.map((item) => {
        if (item.type === 'fairlead:native') return item
        const { status: _, ...rest } = item
        return rest
      }),
    })
  })

  it('passes as the same bytes', () => {
    const bytes = Buffer.from(JSON.stringify(codexRequest))
    const sent = responses.passage.inspect(codexRequest)
    const edit = { model: 'gpt-5.1-codex', edits: {}, options: {} }
    expect(responses.passage.edit(bytes, sent, edit)).toBe(bytes)
  })
})

describe('a request', () => {
  it.each<[string, unknown, object]>([
    ['of text', 'hi', { role: 'user', content: [{ type: 'input_text', text: 'hi' }] }],
    [
      'of an easy message',
      [{ role: 'assistant', content: 'hi' }],
      { role: 'assistant', content: [{ type: 'output_text', text: 'hi' }] },
    ],
    ['of a reference', [{ id: 'rs_1' }], { type: 'fairlead:native', block: { id: 'rs_1' } }],
    [
      'of a file of the provider',
      [{ role: 'user', content: [{ type: 'input_file', file_id: 'f' }] }],
      { content: [{ type: 'input_file', file_id: 'f' }] },
    ],
  ])('is read: %s', (_, input, item) => {
    const decoded = responses.decodeRequest(body(input))
    expect(decoded.items).toMatchObject([item])
    expect(responses.decodeRequest(responses.encodeRequest(decoded)).items).toEqual(decoded.items)
  })

  it('keeps an image that the provider holds an image', () => {
    const content = [{ type: 'input_image', file_id: 'f', detail: 'original' }]
    const decoded = responses.decodeRequest(body([{ role: 'user', content }]))
    expect(responses.encodeRequest(decoded)).toMatchObject({ input: [{ content }] })
  })

  it.each<[unknown, object]>([
    ['auto', { toolChoice: 'auto' }],
    [{ type: 'function', name: 'f' }, { toolChoice: { name: 'f' } }],
    [{ type: 'custom', name: 'c' }, { toolChoice: { name: 'c' } }],
    [
      { type: 'allowed_tools', mode: 'required', tools: [{ type: 'function', name: 'f' }] },
      { toolChoice: 'required', allowedTools: ['f'] },
    ],
    [{ type: 'mcp', server_label: 's' }, { extras: { tool_choice: { type: 'mcp' } } }],
    [{ type: 'web_search_preview' }, { extras: { tool_choice: { type: 'web_search_preview' } } }],
  ])('reads the tool choice %j', (choice, expected) => {
    const tools = [
      { type: 'function', name: 'f', parameters: {}, strict: true },
      { type: 'custom', name: 'c' },
    ]
    const decoded = responses.decodeRequest(body('hi', { tools, tool_choice: choice }))
    expect(decoded).toMatchObject(expected)
    expect(responses.encodeRequest(decoded)).toMatchObject({ tool_choice: choice, tools })
  })

  it.each<[object, string]>([
    [{ model: 'm' }, 'input'],
    [body([]), 'input'],
    [body(3), 'input'],
    [body([3]), 'input[0]'],
    [body([{ role: 'bot', content: 'x' }]), 'input[0].role'],
    [body([{ role: 'user' }]), 'input[0].content'],
    [body([{ role: 'user', content: [{ type: 'video' }] }]), 'input[0].content[0].type'],
    [body([{ type: 'function_call', name: 'f', arguments: '' }]), 'input[0].call_id'],
    [body('x', { text: { format: { type: 'xml' } } }), 'text.format.type'],
    [body('x', { tools: [{ type: 'function' }] }), 'tools[0].name'],
    [body('x', { tool_choice: 'maybe' }), 'tool_choice'],
    [body('x', { max_output_tokens: 0 }), 'max_output_tokens'],
    [body('x', { reasoning: 'high' }), 'reasoning'],
    [body('x', { include: [1] }), 'include[0]'],
  ])('is refused where it is wrong: %j names %s', (wrong, param) => {
    expect(() => responses.decodeRequest(wrong)).toThrow(
      expect.objectContaining({ status: 400, param }) as Error,
    )
  })
})

describe('for an upstream of Responses', () => {
  it('a chat completion asks to store nothing and for sealed reasoning', () => {
    const decoded = chat.decodeRequest({
      model: 'gpt-5-pro',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'hi' },
      ],
      max_completion_tokens: 20,
      reasoning_effort: 'high',
      web_search_options: { search_context_size: 'low' },
      tools: [{ type: 'function', function: { name: 'f' } }],
    })
    expect(responses.encodeRequest(decoded)).toEqual({
      model: 'gpt-5-pro',
      instructions: 'Be brief.',
      input: [user('hi')],
      max_output_tokens: 20,
      reasoning: { effort: 'high' },
      include: ['reasoning.encrypted_content'],
      store: false,
      tools: [
        {
          type: 'function',
          name: 'f',
          parameters: { type: 'object', properties: {} },
          strict: false,
        },
        { type: 'web_search', search_context_size: 'low' },
      ],
    })
  })

  it('what another maker sealed is left out', () => {
    const decoded = anthropic.decodeRequest({
      model: 'm',
      max_tokens: 5,
      messages: [
        { role: 'user', content: 'hi' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 's' },
            { type: 'tool_use', id: 't', name: 'f', input: {} },
          ],
        },
        { role: 'user', content: [{ type: 'tool_result', tool_use_id: 't', content: 'x' }] },
      ],
    })
    expect(responses.encodeRequest(decoded)).toMatchObject({
      input: [
        { role: 'user' },
        { type: 'function_call', call_id: 't', name: 'f', arguments: '{}' },
        { type: 'function_call_output', call_id: 't', output: 'x' },
      ],
    })
  })
})

describe('reasoning of another maker', () => {
  const sealed = wrapSealed(
    { maker: 'anthropic-messages', field: 'signature', text: 'sig' },
    'openai-responses',
  )
  const dialogue = body([
    user('hi'),
    {
      type: 'reasoning',
      id: 'rs_fairlead_x_0',
      summary: [{ type: 'summary_text', text: 'hm' }],
      encrypted_content: sealed,
    },
    { type: 'function_call', call_id: 't', name: 'f', arguments: '{}' },
    { type: 'function_call_output', call_id: 't', output: 'x' },
  ])

  it('comes back to it, told as a summary or not', () => {
    expect(responses.decodeRequest(dialogue).items[1]).toMatchObject({
      maker: 'anthropic-messages',
      signature: 'sig',
      summary: [],
      content: [{ type: 'reasoning_text', text: 'hm' }],
    })
  })

  it('does not pass to a provider of this dialect', () => {
    const bytes = Buffer.from(JSON.stringify(dialogue))
    const sent = responses.passage.inspect(dialogue)
    expect(
      responses.passage.edit(bytes, sent, { model: 'm', edits: {}, options: {} }),
    ).toBeUndefined()
    const written = JSON.stringify(responses.encodeRequest(responses.decodeRequest(dialogue)))
    expect(written).not.toContain('reasoning')
  })

  it('before a call carries the signature of the call', () => {
    const answer = {
      id: 'a',
      model: 'm',
      createdAt: 1,
      finishReason: 'tool_calls' as const,
      output: [
        {
          type: 'function_call' as const,
          call_id: 'c',
          name: 'f',
          arguments: '{}',
          maker: 'google-gemini',
          signature: 'thought',
        },
      ],
    }
    const { output } = responses.encodeResponse(answer) as { output: { type: string }[] }
    expect(output.map(({ type }) => type)).toEqual(['reasoning', 'function_call'])
    expect(responses.decodeRequest(body([user('hi'), ...output])).items.slice(1)).toMatchObject([
      { type: 'function_call', maker: 'google-gemini', signature: 'thought' },
    ])
  })
})

describe('edits in place', () => {
  const edit = (value: object, edits: object) => {
    const bytes = Buffer.from(JSON.stringify(value))
    const sent = responses.passage.inspect(value as never)
    const outline = undefined
    const edited = responses.passage.edit(bytes, sent, { model: 'm', edits, options: {}, outline })
    return edited === undefined ? undefined : (JSON.parse(Buffer.from(edited).toString()) as object)
  }
  const persona = {
    type: 'message',
    role: 'system',
    content: [{ type: 'input_text', text: 'You are Ada.' }],
  }

  it('put items before a list of items', () => {
    expect(edit(body([user('hi')]), { itemsBefore: [persona] })).toEqual(
      body([persona, user('hi')]),
    )
  })

  it('need the request decoded where the input is text', () => {
    expect(edit(body('hi'), { itemsBefore: [persona] })).toBeUndefined()
  })

  it('replace input and instructions by the prompt of a conversation', () => {
    const value = body('hi', {
      instructions: 'old',
      temperature: 1,
      context: { conversation: 'c' },
    })
    const items = [persona, { ...user('earlier') }, { ...user('hi') }]
    expect(edit(value, { items, temperature: 0.5, maxOutputTokens: 9 })).toEqual({
      model: 'm',
      input: [user('earlier'), user('hi')],
      instructions: 'You are Ada.',
      temperature: 1,
      max_output_tokens: 9,
    })
  })
})
