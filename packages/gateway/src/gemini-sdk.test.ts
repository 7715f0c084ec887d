import { ApiError, FunctionCallingConfigMode, GoogleGenAI, Type } from '@google/genai'
import { describe, expect, it } from 'vitest'
import { errorBody, geminiServer } from './test-support/gemini-upstream.ts'
import { consumerOf, keyedProvider, simulatorOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, json } from './test-support/upstream.ts'

const model = {
  name: 'gemini-3-flash',
  aliases: [],
  contextWindow: 1_000_000,
  maxOutputTokens: 65_536,
  capabilities: [],
}

interface Setup {
  readonly answer?: Answer
  readonly apiKey?: string
  readonly simulated?: boolean
}

async function client({ answer = geminiServer, apiKey = 'good', simulated = false }: Setup = {}) {
  const upstream = await testUpstream(answer)
  const provider = simulated
    ? { ...simulatorOf('simulator'), models: [model] }
    : keyedProvider('gemini', {
        type: 'Gemini',
        baseURL: upstream.url.replace('/v1', '/v1beta'),
        models: [model],
      })
  const gateway = await testGateway({
    gateway: { auth: 'Required' },
    providers: [provider],
    consumers: [consumerOf('app')],
    secrets: { app: 'good', gemini: 'gemini-key' },
  })
  const ai = new GoogleGenAI({ apiKey, httpOptions: { baseUrl: gateway.url } })
  return { ai, gateway, upstream }
}

const weather = {
  name: 'get_weather',
  description: 'The weather of a city.',
  parameters: {
    type: Type.OBJECT,
    properties: { city: { type: Type.STRING } },
    required: ['city'],
  },
}
const name = model.name

describe.each([false, true])('the official Google SDK (simulated: %s)', (simulated) => {
  it('gets an answer', async () => {
    const { ai } = await client({ simulated })
    const answer = await ai.models.generateContent({ model: name, contents: 'hello there' })
    expect(answer.text).toContain('You said: "hello there"')
    expect(answer.candidates?.[0]?.finishReason).toBe('STOP')
    expect(answer.usageMetadata?.totalTokenCount).toBeGreaterThan(0)
  })

  it('gets the same answer as a stream', async () => {
    const { ai } = await client({ simulated })
    const contents = 'hello there'
    const whole = await ai.models.generateContent({ model: name, contents })
    let text = ''
    let tokens: number | undefined
    for await (const chunk of await ai.models.generateContentStream({ model: name, contents })) {
      text += chunk.text ?? ''
      tokens = chunk.usageMetadata?.totalTokenCount ?? tokens
    }
    expect(text).toBe(whole.text)
    expect(tokens).toBe(whole.usageMetadata?.totalTokenCount)
  })

  it('calls functions in a loop, whole and streamed', async () => {
    const { ai } = await client({ simulated })
    const config = { tools: [{ functionDeclarations: [weather] }] }
    const chat = ai.chats.create({ model: name, config })
    const called = await chat.sendMessage({ message: 'please call get_weather now' })
    const [call] = called.functionCalls ?? []
    expect(call).toMatchObject({
      name: 'get_weather',
      args: { city: expect.any(String) as string },
    })
    const output = { ...(call?.id === undefined ? {} : { id: call.id }), name: 'get_weather' }
    const part = { functionResponse: { ...output, response: { sky: 'blue' } } }
    let text = ''
    for await (const chunk of await chat.sendMessageStream({ message: [part] })) {
      text += chunk.text ?? ''
    }
    expect(text).toContain('blue')
  })

  it('counts tokens and lists models', async () => {
    const { ai } = await client({ simulated })
    const { totalTokens } = await ai.models.countTokens({ model: name, contents: 'x'.repeat(400) })
    // A content's role and separators take four.
    expect(totalTokens).toBe(104)
    const names: (string | undefined)[] = []
    for await (const each of await ai.models.list()) names.push(each.name)
    expect(names).toEqual([`models/${name}`])
    expect(await ai.models.get({ model: name })).toMatchObject({
      name: `models/${name}`,
      inputTokenLimit: 1_000_000,
      outputTokenLimit: 65_536,
    })
  })

  it('gets errors of its own class', async () => {
    const { ai } = await client({ simulated })
    const unknown = ai.models.generateContent({ model: 'nope', contents: 'x' })
    await expect(unknown).rejects.toBeInstanceOf(ApiError)
    await expect(unknown).rejects.toMatchObject({ status: 404 })
    await expect(unknown).rejects.toThrow('"status":"NOT_FOUND"')
    const { ai: stranger } = await client({ simulated, apiKey: 'wrong' })
    const refused = stranger.models.generateContentStream({ model: name, contents: 'x' })
    await expect(refused).rejects.toMatchObject({ status: 401 })
  })

  it('makes fifty calls at once', async () => {
    const { ai } = await client({ simulated })
    const answers = await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        const stream = await ai.models.generateContentStream({ model: name, contents: `n${index}` })
        let text = ''
        for await (const chunk of stream) text += chunk.text ?? ''
        return text
      }),
    )
    for (const [index, text] of answers.entries()) expect(text).toContain(`"n${index}"`)
  })
})

describe('the official Google SDK with Gemini behind the gateway', () => {
  it('gets thoughts, structured output and an answer about an image', async () => {
    const { ai, upstream } = await client()
    const thought = await ai.models.generateContent({
      model: name,
      contents: 'hi',
      config: { thinkingConfig: { includeThoughts: true } },
    })
    expect(thought.candidates?.[0]?.content?.parts?.[0]).toEqual({
      text: 'Thinking about it.',
      thought: true,
    })
    const answer = await ai.models.generateContent({
      model: name,
      contents: 'where?',
      config: {
        responseMimeType: 'application/json',
        responseSchema: { type: Type.OBJECT, properties: { city: { type: Type.STRING } } },
      },
    })
    expect(JSON.parse(answer.text ?? '')).toEqual({ city: 'Paris' })
    const pixel =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='
    const seen = await ai.models.generateContent({
      model: name,
      contents: [{ inlineData: { mimeType: 'image/png', data: pixel } }, { text: 'what?' }],
    })
    expect(seen.text).toContain('with 1 image')
    expect(upstream.requests[0]?.path).toBe(`/v1beta/models/${name}:generateContent`)
  })

  it('reaches it with the bytes that it sent', async () => {
    const { ai, upstream } = await client()
    await ai.models.generateContent({
      model: name,
      contents: 'hi',
      config: { safetySettings: [], temperature: 0.5, toolConfig: {} },
    })
    expect(upstream.requests[0]?.raw.toString()).toBe(
      JSON.stringify({
        contents: [{ parts: [{ text: 'hi' }], role: 'user' }],
        safetySettings: [],
        toolConfig: {},
        generationConfig: { temperature: 0.5 },
      }),
    )
    expect(upstream.requests[0]?.headers['x-goog-api-key']).toBe('gemini-key')
  })

  it('forces a function', async () => {
    const { ai, upstream } = await client()
    await ai.models.generateContent({
      model: name,
      contents: 'call get_weather',
      config: {
        tools: [{ functionDeclarations: [weather] }],
        toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } },
      },
    })
    expect(upstream.requests[0]?.body['toolConfig']).toEqual({
      functionCallingConfig: { mode: 'ANY' },
    })
  })

  it.each([
    [429, 'RESOURCE_EXHAUSTED'],
    [500, 'INTERNAL'],
    [400, 'INVALID_ARGUMENT'],
  ])('gets the error of status %s', async (status, word) => {
    const { ai } = await client({ answer: json(status, errorBody(status, word, 'it is so')) })
    const failed = ai.models.generateContent({ model: name, contents: 'x' })
    await expect(failed).rejects.toBeInstanceOf(ApiError)
    const expected = status === 500 ? 502 : status
    await expect(failed).rejects.toMatchObject({ status: expected })
  })

  it('gives up', async () => {
    const { ai, upstream } = await client({ answer: () => undefined })
    const controller = new AbortController()
    const asked = ai.models.generateContent({
      model: name,
      contents: 'x',
      config: { abortSignal: controller.signal },
    })
    asked.catch(() => undefined)
    const request = await upstream.request(1)
    controller.abort()
    await expect(asked).rejects.toThrow(/abort/i)
    await request.aborted
  })
})

describe('Gemini’s surface', () => {
  const body = { contents: [{ parts: [{ text: 'hi' }] }] }

  it('takes the key from the query, and tells nobody', async () => {
    const { gateway, upstream } = await client()
    const answer = await gateway.post(`/v1beta/models/${name}:generateContent?key=good`, body)
    expect(answer.status).toBe(200)
    const wrong = await gateway.post(`/v1beta/models/${name}:generateContent?key=secret-bad`, body)
    expect(wrong.status).toBe(401)
    expect(await wrong.text()).not.toContain('secret-bad')
    expect(JSON.stringify(gateway.logs)).not.toMatch(/secret-bad|key=good/)
    expect(upstream.requests[0]?.path).not.toContain('good')
  })

  it('streams a JSON array without alt=sse, and its error is the last entry', async () => {
    const { gateway, upstream } = await client()
    const headers = { 'x-goog-api-key': 'good' }
    const path = `/v1beta/models/${name}:streamGenerateContent`
    const answer = await gateway.post(path, body, headers)
    expect(answer.headers.get('content-type')).toContain('application/json')
    const pieces = (await answer.json()) as { candidates: { finishReason?: string }[] }[]
    expect(pieces.length).toBeGreaterThan(1)
    expect(pieces.at(-1)?.candidates[0]?.finishReason).toBe('STOP')
    expect(upstream.requests[0]?.body).toEqual(body)
    const piece = { candidates: [{ content: { parts: [{ text: 'so' }] } }] }
    upstream.answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(`data: ${JSON.stringify(piece)}\n\n`)
    }
    const broken = (await (await gateway.post(path, body, headers)).json()) as { error?: object }[]
    expect(broken).toHaveLength(2)
    expect(broken[1]?.error).toMatchObject({ code: 502, status: 'UNAVAILABLE' })
  })

  it('takes part in conversations', async () => {
    const { gateway, upstream } = await client()
    const headers = { 'x-goog-api-key': 'good', 'x-fairlead-conversation': 'new' }
    const path = `/v1beta/models/${name}:streamGenerateContent?alt=sse`
    const first = await gateway.post(path, body, headers)
    await first.text()
    const id = first.headers.get('x-fairlead-conversation') ?? ''
    const more = { contents: [{ role: 'user', parts: [{ text: 'more' }] }] }
    const second = await gateway.post(path, more, { ...headers, 'x-fairlead-conversation': id })
    expect(await second.text()).toContain('more')
    expect(upstream.requests[1]?.body['contents']).toMatchObject([
      { role: 'user', parts: [{ text: 'hi' }] },
      { role: 'model', parts: [{ thought: true }, { text: 'You said: "hi"' }] },
      { role: 'user', parts: [{ text: 'more' }] },
    ])
  })

  it.each([
    ['models/a%2Fb', '/models/a/b'],
    ['models/a/b:c', '/models/a/b%3Ac'],
    ['tunedModels/mine', '/tunedModels/mine'],
  ])('takes the model from the path %s', async (path, upstreamPath) => {
    const upstream = await testUpstream(json(404, errorBody(404, 'NOT_FOUND', 'x')))
    const baseURL = upstream.url.replace('/v1', '/v1beta')
    const gateway = await testGateway({
      providers: [keyedProvider('gemini', { type: 'Gemini', baseURL })],
      secrets: { gemini: 'k' },
    })
    await gateway.post(`/v1/${path}:streamGenerateContent?alt=sse`, body)
    const expected = `/v1beta${upstreamPath}:streamGenerateContent?alt=sse`
    expect(upstream.requests[0]?.path).toBe(expected)
  })

  it('refuses a name that is none', async () => {
    const { gateway } = await client()
    const headers = { 'x-goog-api-key': 'good' }
    const answer = await gateway.post('/v1beta/models/a%00:generateContent', body, headers)
    expect(answer.status).toBe(400)
  })

  it('refuses a field that is spelled in two ways', async () => {
    const { gateway } = await client()
    const twice = { ...body, generationConfig: {}, generation_config: {} }
    const headers = { 'x-goog-api-key': 'good' }
    const path = `/v1beta/models/${name}:generateContent`
    const answer = await gateway.post(path, twice, headers)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      error: { status: 'INVALID_ARGUMENT', details: [{ reason: 'duplicate_field' }] },
    })
  })
})
