import { describe, expect, it } from 'vitest'
import type { Item } from '../../operations/chat/item.ts'
import type { ModelRequest } from '../../operations/chat/model-request.ts'
import { wrapSealed } from '../../operations/chat/sealed-text.ts'
import { testDialect } from '../../test-support/test-dialect.ts'

const gemini = testDialect('gemini')

const user = (text: string): Item => ({
  type: 'message',
  role: 'user',
  content: [{ type: 'input_text', text }],
})

function requestOf(parts: Partial<ModelRequest> = {}): ModelRequest {
  return {
    model: 'gemini-3-flash',
    items: [user('hi')],
    tools: [],
    settings: {},
    stream: false,
    includeUsage: true,
    extras: {},
    ...parts,
  }
}

const encode = (parts: Partial<ModelRequest>) =>
  JSON.parse(JSON.stringify(gemini.encodeRequest(requestOf(parts)))) as Record<string, unknown>

const decode = (body: object) =>
  gemini.decodeRequest(
    { contents: [{ parts: [{ text: 'hi' }] }], ...body },
    { model: 'gemini-3-flash', stream: false },
  )

const call = (call_id: string, more: object = {}): Item => ({
  type: 'function_call',
  call_id,
  name: 'f',
  arguments: '{"a":1}',
  ...more,
})
const output = (call_id: string, text: string): Item => ({
  type: 'function_call_output',
  call_id,
  output: text,
})

describe('what is read from generateContent', () => {
  it('is the same in both spellings', () => {
    const camel = decode({
      systemInstruction: { parts: [{ text: 's' }] },
      generationConfig: {
        maxOutputTokens: 5,
        topP: 0.5,
        thinkingConfig: { thinkingBudget: 0 },
        mediaResolution: 'x',
      },
      safetySettings: [],
    })
    const snake = decode({
      system_instruction: { parts: [{ text: 's' }] },
      generation_config: {
        max_output_tokens: 5,
        top_p: 0.5,
        thinking_config: { thinking_budget: 0 },
        mediaResolution: 'x',
      },
      safetySettings: [],
    })
    expect(snake).toEqual(camel)
    expect(camel.settings).toEqual({
      maxOutputTokens: 5,
      topP: 0.5,
      reasoningEffort: 'none',
      reasoningBudget: 0,
    })
    expect(camel.extras).toEqual({
      safetySettings: [],
      generationConfig: { mediaResolution: 'x' },
    })
  })

  it('has one value for each field', () => {
    const twice = { contents: [{ parts: [{ inlineData: {}, inline_data: {} }] }] }
    expect(() => decode(twice)).toThrow(
      expect.objectContaining({
        code: 'duplicate_field',
        param: 'contents[0].parts[0].inlineData',
      }) as Error,
    )
  })

  it('keeps what is only Google’s, and writes it again', () => {
    const contents = [
      {
        role: 'user',
        parts: [
          { text: 'look' },
          { fileData: { fileUri: 'gs://b/v', mimeType: 'video/mp4' }, videoMetadata: { fps: 1 } },
        ],
      },
      {
        role: 'model',
        parts: [
          { executableCode: { language: 'PYTHON', code: '1' } },
          { codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } },
          { text: 'done' },
        ],
      },
      { role: 'user', parts: [{ text: 'on' }] },
    ]
    const body = {
      contents,
      tools: [{ codeExecution: {} }, { urlContext: {} }],
      toolConfig: { retrievalConfig: { languageCode: 'de' } },
      safetySettings: [{ category: 'x', threshold: 'y' }],
      cachedContent: 'cachedContents/1',
      labels: { a: 'b' },
      generationConfig: { speechConfig: {}, thinkingConfig: { thinkingBudget: -1 } },
      serviceTier: 'flex',
    }
    const decoded = decode(body)
    expect(decoded.items[2]).toMatchObject({ type: 'fairlead:native', dialect: 'gemini' })
    expect(JSON.parse(JSON.stringify(gemini.encodeRequest(decoded)))).toEqual(body)
  })

  it('finds the call of a response without an id by its name', () => {
    const { items } = decode({
      contents: [
        { role: 'user', parts: [{ text: 'x' }] },
        {
          role: 'model',
          parts: [{ functionCall: { name: 'f' } }, { functionCall: { name: 'g' } }],
        },
        {
          role: 'user',
          parts: [
            { functionResponse: { name: 'g', response: { output: 'G' } } },
            { functionResponse: { name: 'f', response: { error: 'F' } } },
          ],
        },
      ],
    })
    const [, f, g, ofG, ofF] = items
    expect(ofG).toEqual({ ...output((g as { call_id: string }).call_id, 'G') })
    expect(ofF).toEqual({ ...output((f as { call_id: string }).call_id, 'F'), is_error: true })
  })

  it('is a schema in JSON Schema', () => {
    const { tools, responseFormat } = decode({
      tools: [
        {
          functionDeclarations: [
            {
              name: 'f',
              parameters: {
                type: 'OBJECT',
                properties: {
                  a: { type: 'STRING', nullable: true, enum: ['x'] },
                  b: { type: 'ARRAY', minItems: '1', items: { type: 'INTEGER' } },
                },
              },
            },
          ],
        },
      ],
      generationConfig: {
        responseMimeType: 'application/json',
        responseSchema: { anyOf: [{ type: 'STRING' }], nullable: true },
      },
    })
    expect(tools[0]?.parameters).toEqual({
      type: 'object',
      properties: {
        a: { type: ['string', 'null'], enum: ['x', null] },
        b: { type: 'array', minItems: 1, items: { type: 'integer' } },
      },
    })
    expect(responseFormat).toMatchObject({
      schema: { anyOf: [{ type: 'string' }, { type: 'null' }] },
    })
  })
})

describe('seals', () => {
  const sealed: Item[] = [
    {
      type: 'reasoning',
      summary: [],
      content: [{ type: 'reasoning_text', text: 'hm' }],
      maker: 'gemini',
      signature: 'c2ln',
    },
    { type: 'message', role: 'assistant', content: [{ type: 'output_text', text: 'so' }] },
    call('c', { maker: 'gemini', signature: 'Y2FsbA==' }),
    output('c', 'x'),
  ]

  it('stand where they stood', () => {
    const body = encode({ items: [user('hi'), ...sealed] })
    expect(body['contents']).toEqual([
      { role: 'user', parts: [{ text: 'hi' }] },
      {
        role: 'model',
        parts: [
          { text: 'hm', thought: true },
          { text: 'so', thoughtSignature: 'c2ln' },
          {
            functionCall: { id: 'c', name: 'f', args: { a: 1 } },
            thoughtSignature: 'Y2FsbA==',
          },
        ],
      },
      {
        role: 'user',
        parts: [{ functionResponse: { id: 'c', name: 'f', response: { output: 'x' } } }],
      },
    ])
    expect(decode(body).items.slice(1)).toEqual(sealed)
  })

  it('of others are left out, with their thoughts', () => {
    const foreign: Item = {
      type: 'reasoning',
      summary: [],
      content: [{ type: 'reasoning_text', text: 'mine' }],
      maker: 'anthropic-messages',
      signature: 's',
    }
    const { contents } = encode({ items: [user('hi'), foreign, call('c'), output('c', 'x')] })
    expect(JSON.stringify(contents)).not.toContain('mine')
    expect(contents).toMatchObject([
      {},
      { parts: [{ thoughtSignature: 'skip_thought_signature_validator' }] },
      {},
    ])
  })

  it('are made up for the current turn only, and only where they are asked for', () => {
    const items = [user('a'), call('c'), output('c', 'x'), user('b')]
    expect(JSON.stringify(encode({ items }))).not.toContain('thoughtSignature')
    const current = items.slice(0, 3)
    expect(JSON.stringify(encode({ items: current }))).toContain('skip_thought')
    expect(JSON.stringify(encode({ items: current, model: 'gemini-2.5-pro' }))).not.toContain(
      'skip_thought',
    )
  })

  it('of others come back through this format', () => {
    const thought = { maker: 'anthropic-messages', field: 'signature', text: 'abc' } as const
    const answer = gemini.encodeResponse({
      id: 'r',
      model: 'm',
      createdAt: 0,
      output: [
        {
          type: 'reasoning',
          summary: [],
          content: [{ type: 'reasoning_text', text: 'hm' }],
          maker: thought.maker,
          signature: thought.text,
        },
      ],
      finishReason: 'stop',
    }) as { candidates: [{ content: object }] }
    const [{ content }] = answer.candidates
    expect(content).toEqual({
      role: 'model',
      parts: [{ text: 'hm', thought: true, thoughtSignature: wrapSealed(thought, 'gemini') }],
    })
    expect(decode({ contents: [content] }).items).toMatchObject([
      { maker: 'anthropic-messages', signature: 'abc', content: [{ text: 'hm' }] },
    ])
  })
})

describe('what is written for a model', () => {
  it.each([
    ['gemini-3-pro-preview', 'medium', { thinkingLevel: 'HIGH' }],
    ['gemini-3-flash-preview', 'minimal', { thinkingLevel: 'MINIMAL' }],
    ['gemini-3-pro-preview', 'none', { thinkingLevel: 'LOW' }],
    ['gemini-2.5-flash', 'none', { thinkingBudget: 0 }],
    ['gemini-2.5-pro', 'none', { thinkingBudget: 128 }],
    ['gemini-2.5-flash', 'high', { thinkingBudget: 24_576 }],
    ['gemini-2.0-flash', 'high', undefined],
  ])('%s thinks as hard as %s', (model, reasoningEffort, expected) => {
    const body = encode({ model, settings: { reasoningEffort }, extrasDialect: 'gemini' })
    const { thinkingConfig } = (body['generationConfig'] ?? {}) as Record<string, unknown>
    expect(thinkingConfig).toEqual(expected)
  })

  it('has a budget or a level, never both', () => {
    const settings = { reasoningEffort: 'low', reasoningBudget: 1000 }
    expect(encode({ settings, extrasDialect: 'gemini' })['generationConfig']).toEqual({
      thinkingConfig: { thinkingBudget: 1000 },
    })
  })

  it('asks older models in words for JSON beside tools', () => {
    const asked = {
      tools: [{ name: 'f' }],
      responseFormat: { type: 'json_schema', name: 'n', schema: { type: 'object' } },
    } as const
    const older = encode({ ...asked, model: 'gemini-2.5-pro' })
    expect(older['generationConfig']).toBeUndefined()
    expect(JSON.stringify(older['systemInstruction'])).toContain('JSON')
    expect(encode(asked)['generationConfig']).toMatchObject({
      responseMimeType: 'application/json',
    })
  })

  it('has images by their bytes, and refuses those that it cannot read', () => {
    const image = (image_url: string): Item => ({
      type: 'message',
      role: 'user',
      content: [{ type: 'input_image', image_url }],
    })
    const png = 'iVBORw0KGgoAAA'
    expect(encode({ items: [image(`data:image/jpg;base64,${png}`)] })['contents']).toEqual([
      { role: 'user', parts: [{ inlineData: { mimeType: 'image/png', data: png } }] },
    ])
    expect(() => encode({ items: [image('data:image/png;base64,R0lGODlh')] })).toThrow(/image\/gif/)
    expect(encode({ items: [image('https://x.test/a.webp?b')] })['contents']).toEqual([
      {
        role: 'user',
        parts: [{ fileData: { fileUri: 'https://x.test/a.webp?b', mimeType: 'image/webp' } }],
      },
    ])
  })

  it('keeps calls and outputs together, whatever order they come in', () => {
    const items = [
      user('x'),
      call('a'),
      call('b'),
      output('b', '[1]'),
      output('a', '{"k":"v"}'),
      user('y'),
    ]
    expect(encode({ items, model: 'gemini-2.5-pro' })['contents']).toMatchObject([
      { role: 'user' },
      { role: 'model', parts: [{ functionCall: { id: 'a' } }, { functionCall: { id: 'b' } }] },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'a', response: { k: 'v' } } },
          { functionResponse: { id: 'b', response: { output: [1] } } },
          { text: 'y' },
        ],
      },
    ])
    expect(() => encode({ items: [user('x'), call('a')] })).toThrow(/has no output/)
    expect(() => encode({ items: [user('x'), output('a', 'x')] })).toThrow(/does not match/)
  })

  it('searches the web with Google', () => {
    const extras = { web_search_options: {} }
    expect(encode({ extras, extrasDialect: 'openai-chat' })['tools']).toEqual([
      { googleSearch: {} },
    ])
    expect(() =>
      encode({
        model: 'gemini-2.5-pro',
        tools: [{ name: 'f' }],
        extras,
        extrasDialect: 'openai-chat',
      }),
    ).toThrow(/together with functions/)
  })

  it.each([
    [{ toolChoice: 'required', allowedTools: ['f', 'g'] }, 'ANY', ['f', 'g']],
    [{ toolChoice: 'auto', allowedTools: ['f'] }, 'VALIDATED', ['f']],
    [{ toolChoice: { name: 'g' } }, 'ANY', ['g']],
    [{ toolChoice: 'none' }, 'NONE', undefined],
  ] as const)('chooses tools as %j says', (choice, mode, names) => {
    const body = encode({ tools: [{ name: 'f' }, { name: 'g' }], ...choice })
    expect(body['toolConfig']).toEqual({
      functionCallingConfig: {
        mode,
        ...(names === undefined ? {} : { allowedFunctionNames: names }),
      },
    })
    expect(decode(body)).toMatchObject(choice)
  })
})
