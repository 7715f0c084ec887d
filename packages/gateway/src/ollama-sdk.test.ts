import { Ollama } from 'ollama'
import { describe, expect, it } from 'vitest'
import { keyedProvider, providerOf, simulatorOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, chunks, completion, json, sse } from './test-support/upstream.ts'

const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const tool = {
  type: 'function',
  function: {
    name: 'get_weather',
    description: 'Tells the weather.',
    parameters: { type: 'object', required: ['city'], properties: { city: { type: 'string' } } },
  },
}

const hello = [{ role: 'user', content: 'hello there' }]

/** A server that is as strict as Ollama: https://github.com/ollama/ollama/blob/main/docs/api.md */
const ollamaServer: Answer = (response, { path, body }) => {
  const refuse = (error: string) => json(400, { error })(response, {} as never)
  if (path !== '/api/chat' && path !== '/api/generate') return json(404, {})(response, {} as never)
  const { think, messages = [] } = body as {
    think?: unknown
    messages?: {
      content?: unknown
      images?: unknown
      tool_calls?: { function: { arguments: unknown } }[]
    }[]
  }
  if (typeof think === 'string') {
    refuse(`think value "${think}" is not supported for this model`)
    return
  }
  for (const { content, images, tool_calls: calls = [] } of messages) {
    if (content !== undefined && typeof content !== 'string')
      return refuse('cannot unmarshal array')
    if (Array.isArray(images) && images.some((image) => String(image).startsWith('data:'))) {
      return refuse('illegal base64 data at input byte 4')
    }
    if (calls.some((call) => typeof call.function.arguments !== 'object')) {
      return refuse('cannot unmarshal string into Go struct field')
    }
  }
  const head = { model: 'qwen3', created_at: '2026-01-01T00:00:00.000Z' }
  const end = { done: true, done_reason: 'stop', prompt_eval_count: 7, eval_count: 3 }
  const say = (text: string, thinking?: string) =>
    path === '/api/generate'
      ? { response: text, ...(thinking === undefined ? {} : { thinking }) }
      : {
          message: {
            role: 'assistant',
            content: text,
            ...(thinking === undefined ? {} : { thinking }),
          },
        }
  if (body['stream'] === false) {
    json(200, { ...head, ...say('Hi!', 'hm'), ...end })(response, {} as never)
    return
  }
  response.writeHead(200, { 'content-type': 'application/x-ndjson' })
  for (const line of [
    { ...head, ...say('', 'hm'), done: false },
    { ...head, ...say('Hi'), done: false },
    { ...head, ...say('!'), done: false },
    { ...head, ...say(''), ...end },
  ]) {
    response.write(`${JSON.stringify(line)}\n`)
  }
  response.end()
}

async function simulated(): Promise<Ollama> {
  const { url } = await testGateway({ providers: [simulatorOf('simulator')] })
  return new Ollama({ host: url })
}

describe('the official Ollama client', () => {
  it('gets an answer, whole and as a stream', async () => {
    const ollama = await simulated()
    const whole = await ollama.chat({ model: 'm', messages: hello })
    expect(whole.message.content).toContain('You said: "hello there"')
    expect(whole).toMatchObject({ done: true, done_reason: 'stop' })
    expect(whole.eval_count).toBeGreaterThan(0)
    let text = ''
    let last: unknown
    for await (const part of await ollama.chat({ model: 'm', messages: hello, stream: true })) {
      text += part.message.content
      last = part
    }
    expect(text).toBe(whole.message.content)
    expect(last).toMatchObject({ done: true, done_reason: 'stop' })
  })

  it('completes a prompt, whole and as a stream', async () => {
    const ollama = await simulated()
    const whole = await ollama.generate({ model: 'm', prompt: 'hello there', system: 'Be kind.' })
    expect(whole.response).toContain('I was told: "Be kind."')
    let text = ''
    const stream = await ollama.generate({
      model: 'm',
      prompt: 'hello there',
      system: 'Be kind.',
      stream: true,
    })
    for await (const part of stream) text += part.response ?? ''
    expect(text).toBe(whole.response)
  })

  it('calls a tool in a loop', async () => {
    const ollama = await simulated()
    const messages: Parameters<typeof ollama.chat>[0]['messages'] = [
      { role: 'user', content: 'call get_weather' },
    ]
    const first = await ollama.chat({ model: 'm', messages, tools: [tool] })
    expect(first.message.tool_calls?.[0]?.function).toMatchObject({
      name: 'get_weather',
      arguments: { city: expect.any(String) as string },
    })
    messages.push(first.message)
    messages.push({ role: 'tool', tool_name: 'get_weather', content: 'sunny' })
    const second = await ollama.chat({ model: 'm', messages, tools: [tool] })
    expect(second.message.content).toContain('The tool answered: "sunny"')
    const calls: unknown[] = []
    const stream = await ollama.chat({
      model: 'm',
      messages: messages.slice(0, 1),
      tools: [tool],
      stream: true,
    })
    for await (const part of stream) calls.push(...(part.message.tool_calls ?? []))
    expect(calls).toMatchObject([{ function: { name: 'get_weather' } }])
  })

  it('lists and shows models', async () => {
    const { url } = await testGateway({
      providers: [
        {
          ...simulatorOf('simulator'),
          models: [
            {
              name: 'known',
              aliases: ['alias'],
              contextWindow: 4096,
              maxOutputTokens: undefined,
              capabilities: ['Tools', 'Vision'],
            },
          ],
        },
      ],
    })
    const ollama = new Ollama({ host: url })
    const { models } = await ollama.list()
    expect(models.map(({ name }) => name)).toEqual(['alias', 'known'])
    const shown = await ollama.show({ model: 'alias' })
    expect(shown.capabilities).toEqual(['completion', 'tools', 'vision'])
    expect((await ollama.version()).version).toMatch(/^\d+\.\d+/)
    expect((await ollama.ps()).models).toEqual([])
    await expect(ollama.show({ model: 'nobody' })).rejects.toThrow('nobody')
  })

  it('gets errors that say what to do, also in the middle of a stream', async () => {
    const upstream = await testUpstream(json(429, { error: { message: 'slow down' } }))
    const { url } = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
    })
    const ollama = new Ollama({ host: url })
    const asked = ollama.chat({ model: 'm', messages: hello })
    await expect(asked).rejects.toMatchObject({ status_code: 429 })
    await expect(
      ollama.chat({ model: 'm', messages: [{ role: 'oracle', content: 'x' }] }),
    ).rejects.toThrow("'oracle' is not one of")
    upstream.answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(chunks(['Hi']).slice(0, 2).join(''))
      response.end('data: {"error":{"message":"it broke"}}\n\n')
    }
    const stream = await ollama.chat({ model: 'm', messages: hello, stream: true })
    await expect(
      (async () => {
        for await (const _ of stream);
      })(),
    ).rejects.toThrow('it broke')
  })

  it('sends images and asks for JSON', async () => {
    const upstream = await testUpstream(json(200, completion('{"a":1}')))
    const { url } = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
    })
    const ollama = new Ollama({ host: url })
    const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] }
    const answer = await ollama.chat({
      model: 'm',
      messages: [{ role: 'user', content: 'what?', images: [png] }],
      format: schema,
      options: { temperature: 0.5, num_predict: 9, stop: ['x'] },
    })
    expect(JSON.parse(answer.message.content)).toEqual({ a: 1 })
    expect(upstream.requests[0]?.body).toMatchObject({
      max_completion_tokens: 9,
      temperature: 0.5,
      stop: ['x'],
      response_format: { type: 'json_schema', json_schema: { schema } },
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'what?' },
            { type: 'image_url', image_url: { url: `data:image/png;base64,${png}` } },
          ],
        },
      ],
    })
  })

  it('makes fifty calls at once, and may leave a stream', async () => {
    const ollama = await simulated()
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) =>
        ollama.chat({ model: 'm', messages: [{ role: 'user', content: `number ${index}` }] }),
      ),
    )
    for (const [index, { message }] of answers.entries()) {
      expect(message.content).toContain(`"number ${index}"`)
    }
    const stream = await ollama.chat({ model: 'm', messages: hello, stream: true })
    await expect(
      (async () => {
        for await (const _ of stream) stream.abort()
      })(),
    ).rejects.toThrow(/abort/i)
  })
})

describe('an Ollama server', () => {
  const server = async () => {
    const upstream = await testUpstream(ollamaServer)
    const gateway = await testGateway({
      providers: [providerOf('ollama', { type: 'Ollama', baseURL: upstream.url })],
    })
    return { upstream, gateway, ollama: new Ollama({ host: gateway.url }) }
  }

  it('gets the bytes of its own clients, at the same path', async () => {
    const { upstream, gateway, ollama } = await server()
    await ollama.chat({ model: 'qwen3', messages: hello, options: { num_ctx: 8192 } })
    await ollama.generate({ model: 'qwen3', prompt: 'def f(', suffix: 'return x' })
    expect(upstream.requests.map(({ path }) => path)).toEqual(['/api/chat', '/api/generate'])
    expect(upstream.requests[1]?.body).toMatchObject({ suffix: 'return x' })
    const body = '{"model":"qwen3", "messages":[{"role":"user","content":"x"}], "odd": 1.50}'
    await (await gateway.post('/api/chat', body)).text()
    expect(upstream.requests[2]?.raw.toString()).toBe(body)
  })

  it('thinks and answers for callers of other dialects', async () => {
    const { upstream, gateway } = await server()
    const asked = {
      model: 'qwen3',
      max_tokens: 50,
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'what?' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: png } },
          ],
        },
      ],
      thinking: { type: 'enabled', budget_tokens: 4096 },
    }
    const response = await gateway.post('/v1/messages', asked)
    if (response.status !== 404) {
      expect(await response.json()).toMatchObject({
        content: [
          { type: 'thinking', thinking: 'hm' },
          { type: 'text', text: 'Hi!' },
        ],
        usage: { input_tokens: 7, output_tokens: 3 },
      })
      expect(upstream.requests[0]?.body).toMatchObject({
        think: true,
        stream: false,
        options: { num_predict: 50 },
        messages: [{ role: 'user', content: 'what?', images: [png] }],
      })
    }
  })

  it('keeps a conversation', async () => {
    const { upstream, gateway } = await server()
    for (const text of ['one', 'two']) {
      const messages = [{ role: 'user', content: text }]
      const response = await gateway.post(
        '/api/chat',
        { model: 'qwen3', messages },
        { 'x-fairlead-conversation': 'mine' },
      )
      expect(await response.text()).toContain('"done":true')
    }
    expect(upstream.requests[1]?.body['messages']).toMatchObject([
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'Hi!' },
      { role: 'user', content: 'two' },
    ])
  })

  it('gets the numbers of its earlier answer, and no dialogue for a single prompt', async () => {
    const { gateway, upstream } = await server()
    const prompt = { model: 'qwen3', prompt: 'x', context: [1, 2, 3] }
    expect((await gateway.post('/api/generate', prompt)).status).toBe(200)
    expect(upstream.requests[0]?.body['context']).toEqual([1, 2, 3])
    const conversation = { 'x-fairlead-conversation': 'mine' }
    await (await gateway.post('/api/generate', prompt, conversation)).text()
    const second = await gateway.post('/api/generate', { ...prompt, prompt: 'y' }, conversation)
    expect(second.status).toBe(400)
    expect(await second.json()).toMatchObject({
      error: expect.stringContaining('Use /api/chat') as string,
    })
  })
})

it('streams of other dialects reach Ollama callers', async () => {
  const upstream = await testUpstream(sse(...chunks(['Hel', 'lo'])))
  const { url } = await testGateway({
    providers: [keyedProvider('openai', { baseURL: upstream.url })],
    secrets: { openai: 'sk' },
  })
  const ollama = new Ollama({ host: url })
  let text = ''
  for await (const part of await ollama.chat({ model: 'm', messages: hello, stream: true })) {
    text += part.message.content
  }
  expect(text).toBe('Hello')
})
