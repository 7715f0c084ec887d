import { GoogleGenAI, Type } from '@google/genai'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { geminiServer } from './test-support/gemini-upstream.ts'
import { keyedProvider } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, chunks, completion, json, sse } from './test-support/upstream.ts'

const pixel =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

/** Callers of every format, with a strict Gemini behind the gateway. */
async function withGemini(model = 'gemini-3-flash') {
  const upstream = await testUpstream(geminiServer)
  const gateway = await testGateway({
    providers: [
      keyedProvider('gemini', { type: 'Gemini', baseURL: upstream.url.replace('/v1', '/v1beta') }),
    ],
    secrets: { gemini: 'gemini-key' },
  })
  const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'x', maxRetries: 0 })
  return { upstream, gateway, openai, model }
}

const tools = [
  {
    type: 'function' as const,
    function: {
      name: 'get_weather',
      strict: true,
      parameters: {
        type: 'object',
        properties: {
          city: { type: ['string', 'null'], const: 'Paris' },
          at: { $ref: '#/$defs/t' },
        },
        $defs: { t: { type: 'string', format: 'time' } },
        additionalProperties: false,
      },
    },
  },
]

describe('the official OpenAI SDK with Gemini behind the gateway', () => {
  it.each(['gemini-3-flash', 'gemini-2.5-flash', 'gemini-1.5-pro'])(
    'calls functions of %s in a loop, in parallel and streamed',
    async (model) => {
      const { openai } = await withGemini(model)
      const asked = [
        { role: 'system' as const, content: 'Be brief.' },
        { role: 'user' as const, content: 'call get_weather' },
      ]
      const called = await openai.chat.completions
        .stream({ model, messages: asked, tools })
        .finalMessage()
      const [call] = called.tool_calls ?? []
      expect(call).toMatchObject({
        function: { name: 'get_weather', arguments: '{"city":"Paris"}' },
      })
      const answer = await openai.chat.completions.create({
        model,
        tools,
        messages: [
          ...asked,
          called,
          { role: 'tool', tool_call_id: call?.id ?? '', content: 'sunny' },
        ],
      })
      expect(answer.choices[0]?.message.content).toBe('It said {"output":"sunny"}.')
    },
  )

  it('goes on with a history that another model began', async () => {
    const { openai, model, upstream } = await withGemini()
    const call = (id: string) => ({
      id,
      type: 'function' as const,
      function: { name: 'get_weather', arguments: '{}' },
    })
    const answer = await openai.chat.completions.create({
      model,
      tools,
      messages: [
        { role: 'user', content: 'both' },
        { role: 'assistant', content: null, tool_calls: [call('a'), call('b')] },
        { role: 'tool', tool_call_id: 'b', content: '{"deg":2}' },
        { role: 'tool', tool_call_id: 'a', content: '1' },
      ],
    })
    expect(answer.choices[0]?.message.content).toBe('It said {"deg":2}.')
    expect(upstream.requests[0]?.body['contents']).toEqual([
      { role: 'user', parts: [{ text: 'both' }] },
      {
        role: 'model',
        parts: [
          {
            functionCall: { id: 'a', name: 'get_weather', args: {} },
            thoughtSignature: 'skip_thought_signature_validator',
          },
          { functionCall: { id: 'b', name: 'get_weather', args: {} } },
        ],
      },
      {
        role: 'user',
        parts: [
          { functionResponse: { id: 'a', name: 'get_weather', response: { output: 1 } } },
          { functionResponse: { id: 'b', name: 'get_weather', response: { deg: 2 } } },
        ],
      },
    ])
  })

  it('gets structured output, thoughts and answers about images', async () => {
    const { openai, model, upstream } = await withGemini()
    const schema = { type: 'object', properties: { city: { type: 'string' } } }
    const answer = await openai.chat.completions.create({
      model,
      messages: [{ role: 'user', content: 'where?' }],
      response_format: { type: 'json_schema', json_schema: { name: 'place', schema } },
      reasoning_effort: 'low',
      max_completion_tokens: 100,
      stop: ['x'],
    })
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual({ city: 'Paris' })
    expect(upstream.requests[0]?.body['generationConfig']).toEqual({
      maxOutputTokens: 100,
      stopSequences: ['x'],
      thinkingConfig: { thinkingLevel: 'LOW', includeThoughts: true },
      responseMimeType: 'application/json',
      responseJsonSchema: schema,
    })
    const seen = await openai.chat.completions.create({
      model,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: `data:image/jpg;base64,${pixel}` } },
            { type: 'text', text: 'what?' },
          ],
        },
      ],
    })
    expect(seen.choices[0]?.message.content).toBe('You said: "what?" with 1 image')
    expect(seen.choices[0]?.message).toMatchObject({ reasoning_content: 'Thinking about it.' })
    expect(seen.usage).toMatchObject({ prompt_tokens: 7, completion_tokens: 5, total_tokens: 12 })
  })
})

const anthropicMessage = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'claude',
  content: [
    { type: 'thinking', thinking: 'Hm.', signature: 'sealed-by-claude' },
    { type: 'text', text: 'Let me look.' },
    { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Paris' } },
  ],
  stop_reason: 'tool_use',
  stop_sequence: null,
  usage: { input_tokens: 10, output_tokens: 4 },
}

/** Google's SDK, with another provider behind the gateway. */
async function withOther(type: 'OpenAI' | 'Anthropic', answer: Answer) {
  const upstream = await testUpstream(answer)
  const gateway = await testGateway({
    providers: [keyedProvider('other', { type, baseURL: upstream.url })],
    secrets: { other: 'k' },
  })
  const ai = new GoogleGenAI({ apiKey: 'x', httpOptions: { baseUrl: gateway.url } })
  return { ai, gateway, upstream }
}

const weather = {
  name: 'get_weather',
  parameters: {
    type: Type.OBJECT,
    properties: { city: { type: Type.STRING, nullable: true }, days: { type: Type.INTEGER } },
    required: ['city'],
  },
}

describe('the official Google SDK with OpenAI behind the gateway', () => {
  it('asks in its format, whole and streamed', async () => {
    const { ai, upstream } = await withOther('OpenAI', json(200, completion('Hello')))
    const answer = await ai.models.generateContent({
      model: 'gpt',
      contents: [{ inlineData: { mimeType: 'image/png', data: pixel } }, { text: 'what?' }],
      config: {
        systemInstruction: 'Be brief.',
        temperature: 0.5,
        maxOutputTokens: 7,
        tools: [{ functionDeclarations: [weather] }],
        thinkingConfig: { thinkingBudget: 4096 },
      },
    })
    expect(answer.text).toBe('Hello')
    expect(answer.usageMetadata).toMatchObject({ promptTokenCount: 12, totalTokenCount: 15 })
    expect(upstream.requests[0]?.body).toMatchObject({
      model: 'gpt',
      messages: [
        { role: 'system', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'image_url', image_url: { url: `data:image/png;base64,${pixel}` } },
            { type: 'text', text: 'what?' },
          ],
        },
      ],
      temperature: 0.5,
      max_completion_tokens: 7,
      reasoning_effort: 'medium',
      tools: [
        {
          function: {
            name: 'get_weather',
            parameters: {
              type: 'object',
              properties: { city: { type: ['string', 'null'] }, days: { type: 'integer' } },
              required: ['city'],
            },
          },
        },
      ],
    })
    upstream.answer = sse(...chunks(['Hel', 'lo']))
    let text = ''
    for await (const piece of await ai.models.generateContentStream({
      model: 'gpt',
      contents: 'x',
    })) {
      text += piece.text ?? ''
    }
    expect(text).toBe('Hello')
    expect(upstream.requests[1]?.body['stream']).toBe(true)
  })

  it('gets its error in Google’s shape', async () => {
    const error = { message: 'too fast', type: 'requests', code: 'rate_limit_exceeded' }
    const { ai } = await withOther('OpenAI', json(429, { error }, { 'retry-after': '7' }))
    const failed = ai.models.generateContent({ model: 'gpt', contents: 'x' })
    await expect(failed).rejects.toThrow('"status":"RESOURCE_EXHAUSTED"')
    await expect(failed).rejects.toThrow('"retryDelay":"7s"')
  })
})

describe('the official Google SDK with Anthropic behind the gateway', () => {
  it('keeps thinking through a loop of calls', async () => {
    const { ai, upstream } = await withOther('Anthropic', json(200, anthropicMessage))
    const config = {
      tools: [{ functionDeclarations: [weather] }],
      thinkingConfig: { thinkingBudget: 2048 },
      maxOutputTokens: 4000,
    }
    const chat = ai.chats.create({ model: 'claude-sonnet-4-5', config })
    const called = await chat.sendMessage({ message: 'weather?' })
    const [call] = called.functionCalls ?? []
    expect(call).toEqual({ id: 'toolu_1', name: 'get_weather', args: { city: 'Paris' } })
    const response = { id: 'toolu_1', name: 'get_weather', response: { output: 'sunny' } }
    await chat.sendMessage({ message: [{ functionResponse: response }] })
    expect(upstream.requests[1]?.body).toMatchObject({
      thinking: { type: 'enabled' },
      messages: [
        { role: 'user' },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'Hm.', signature: 'sealed-by-claude' },
            { type: 'text', text: 'Let me look.' },
            { type: 'tool_use', id: 'toolu_1', name: 'get_weather', input: { city: 'Paris' } },
          ],
        },
        {
          role: 'user',
          content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'sunny' }],
        },
      ],
    })
  })
})
