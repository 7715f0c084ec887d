import Anthropic from '@anthropic-ai/sdk'
import OpenAI, { BadRequestError, InternalServerError, NotFoundError, RateLimitError } from 'openai'
import { describe, expect, it } from 'vitest'
import { brokenCohereRule } from './test-support/cohere-rules.ts'
import { keyedProvider } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, json } from './test-support/upstream.ts'

const usage = {
  billed_units: { input_tokens: 3, output_tokens: 2 },
  tokens: { input_tokens: 70, output_tokens: 5 },
  cached_tokens: 16,
}
const citation = {
  start: 0,
  end: 5,
  text: 'Sunny',
  sources: [
    { type: 'document', id: 'd', document: { title: 'Weather', url: 'https://example.com/w' } },
  ],
  type: 'TEXT_CONTENT',
}
const toolCall = {
  id: 'get_weather_1',
  type: 'function',
  function: { name: 'get_weather', arguments: '{"city":"Paris"}' },
}

const text = (content: string) => ({ content: [{ type: 'text', text: content }] })

interface Message {
  readonly role: string
  readonly content?: unknown
  readonly tool_plan?: string
}

/** What the server says: a call if it may make one, else what it was told. */
function messageFor(body: Record<string, unknown>): object {
  const messages = body['messages'] as readonly Message[]
  const last = messages.at(-1)
  if (body['response_format'] !== undefined) return text('{"a":1}')
  if (last?.role === 'tool') {
    const plan = messages.findLast(({ role }) => role === 'assistant')?.tool_plan
    return { ...text(`Sunny, as planned: ${plan}`), citations: [citation] }
  }
  if (body['tools'] !== undefined && body['tool_choice'] !== 'NONE') {
    return { tool_plan: 'I will look.', tool_calls: [toolCall] }
  }
  return text(`You said ${JSON.stringify(last?.content)}`)
}

function eventsFor(message: Record<string, unknown>, end: object): object[] {
  const [block] = (message['content'] ?? []) as { text: string }[]
  const words = block?.text.split(/(?<= )/) ?? []
  const delta = (type: string, more: object, index = 0) => ({
    type,
    index,
    delta: { message: more },
  })
  return [
    { ...delta('message-start', { role: 'assistant' }), id: 'c-1' },
    ...(message['tool_plan'] === undefined
      ? []
      : [delta('tool-plan-delta', { tool_plan: message['tool_plan'] })]),
    ...(block === undefined
      ? []
      : [
          delta('content-start', { content: { type: 'text', text: '' } }),
          ...words.map((word) => delta('content-delta', { content: { text: word } })),
          { type: 'content-end', index: 0 },
        ]),
    ...((message['tool_calls'] ?? []) as (typeof toolCall)[]).flatMap((call) => [
      delta('tool-call-start', {
        tool_calls: { ...call, function: { ...call.function, arguments: '' } },
      }),
      delta('tool-call-delta', { tool_calls: { function: call.function } }),
      { type: 'tool-call-end', index: 0 },
    ]),
    { type: 'message-end', delta: end },
  ]
}

/** A server as strict as Cohere's, whose answers have its form. */
const cohereServer: Answer = (response, { path, body, headers }) => {
  const answer = (status: number, value: object) => json(status, value)(response, {} as never)
  if (headers.authorization !== 'Bearer co-key') {
    answer(401, { id: 'x', message: 'invalid api token' })
    return
  }
  const broken = path === '/v2/chat' ? brokenCohereRule(body) : `no such path: ${path}`
  if (broken !== undefined) {
    answer(400, { id: 'x', message: `invalid request: ${broken}` })
    return
  }
  const message = messageFor(body)
  const finish = 'tool_calls' in message ? 'TOOL_CALL' : 'COMPLETE'
  const end = { finish_reason: finish, usage }
  if (body['stream'] !== true) {
    answer(200, { id: 'c-1', message: { role: 'assistant', ...message }, ...end })
    return
  }
  response.writeHead(200, { 'content-type': 'text/event-stream' })
  for (const event of eventsFor(message as Record<string, unknown>, end)) {
    response.write(`event: ${(event as { type: string }).type}\ndata: ${JSON.stringify(event)}\n\n`)
  }
  response.end('data: [DONE]\n\n')
}

async function served(answer: Answer = cohereServer) {
  const upstream = await testUpstream(answer)
  const baseURL = upstream.url.replace('/v1', '/v2')
  const gateway = await testGateway({
    providers: [keyedProvider('cohere', { type: 'Cohere', baseURL })],
    secrets: { cohere: 'co-key' },
  })
  const openai = new OpenAI({ apiKey: 'none', baseURL: `${gateway.url}/v1`, maxRetries: 0 })
  return { upstream, gateway, openai }
}

const model = 'command-a-03-2025'
const hello = { role: 'user' as const, content: 'hello there' }
const weather = {
  type: 'function' as const,
  function: {
    name: 'get_weather',
    parameters: { type: 'object', properties: { city: { type: 'string' } } },
  },
}

describe('a provider of type Cohere', () => {
  it('answers OpenAI’s client, whole and as a stream', async () => {
    const { openai } = await served()
    const whole = await openai.chat.completions.create({ model, messages: [hello] })
    expect(whole).toMatchObject({
      model,
      choices: [{ finish_reason: 'stop', message: { content: 'You said "hello there"' } }],
      usage: {
        prompt_tokens: 70,
        completion_tokens: 5,
        prompt_tokens_details: { cached_tokens: 16 },
      },
    })
    const stream = openai.chat.completions.stream({
      model,
      messages: [hello],
      stream_options: { include_usage: true },
    })
    const streamed = await stream.finalChatCompletion()
    expect(streamed.choices[0]?.message.content).toBe('You said "hello there"')
    expect(streamed).toMatchObject({ model, usage: { prompt_tokens: 70 } })
  })

  it('calls tools in a loop, whole and as a stream, and cites what they found', async () => {
    const { openai, upstream } = await served()
    for (const streams of [false, true]) {
      const messages: OpenAI.ChatCompletionMessageParam[] = [hello]
      const asked = { model, messages, tools: [weather] }
      const first = streams
        ? await openai.chat.completions.stream(asked).finalChatCompletion()
        : await openai.chat.completions.create(asked)
      const [choice] = first.choices
      expect(choice?.finish_reason).toBe('tool_calls')
      expect(choice?.message).toMatchObject({ tool_calls: [toolCall] })
      if (choice !== undefined) messages.push(choice.message)
      messages.push({ role: 'tool', tool_call_id: toolCall.id, content: 'sunny' })
      const second = await openai.chat.completions.create(asked)
      expect(second.choices[0]?.message.content).toContain('Sunny')
      expect(second.choices[0]?.message.annotations).toMatchObject([
        { type: 'url_citation', url_citation: { url: 'https://example.com/w', title: 'Weather' } },
      ])
    }
    // What the whole answer told as reasoning came back as the plan that it was.
    expect(upstream.requests[1]?.body['messages']).toMatchObject([
      {},
      { tool_plan: 'I will look.', tool_calls: [toolCall] },
      { role: 'tool' },
    ])
  })

  it('answers Anthropic’s client, whose tools it knows under other names', async () => {
    const { gateway, upstream } = await served()
    const anthropic = new Anthropic({ apiKey: 'none', baseURL: gateway.url, maxRetries: 0 })
    const schema = { type: 'object' as const, properties: { city: { type: 'string' } } }
    const asked = {
      model,
      max_tokens: 100,
      messages: [{ role: 'user' as const, content: 'look' }],
      tools: [
        { name: 'get_weather', input_schema: schema },
        { name: '2-look', input_schema: schema },
      ],
    }
    const whole = await anthropic.messages.create(asked)
    expect(whole.content).toMatchObject([
      { type: 'thinking', thinking: 'I will look.' },
      { type: 'tool_use', name: 'get_weather', input: { city: 'Paris' } },
    ])
    expect(whole).toMatchObject({
      model,
      stop_reason: 'tool_use',
      usage: { input_tokens: 54, cache_read_input_tokens: 16, output_tokens: 5 },
    })
    const streamed = await anthropic.messages.stream(asked).finalMessage()
    expect(streamed.content).toMatchObject([
      { type: 'thinking', thinking: 'I will look.' },
      { type: 'tool_use', name: 'get_weather', input: { city: 'Paris' } },
    ])
    const tools = (upstream.requests[0]?.body['tools'] ?? []) as (typeof weather)[]
    expect(tools[1]?.function.name).toMatch(/^[a-z_]\w*$/i)
  })

  it('keeps to a schema, sees images, and takes settings of other APIs', async () => {
    const { openai, upstream } = await served()
    const schema = { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] }
    const answer = await openai.chat.completions.create({
      model: 'command-a-vision-07-2025',
      messages: [
        { role: 'developer', content: 'Be brief.' },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'what?' },
            { type: 'image_url', image_url: { url: 'data:image/png;base64,aGk=', detail: 'low' } },
          ],
        },
      ],
      response_format: { type: 'json_schema', json_schema: { name: 'a', schema, strict: true } },
      top_p: 1,
      frequency_penalty: 1.5,
      presence_penalty: 1,
      max_completion_tokens: 9,
    })
    expect(JSON.parse(answer.choices[0]?.message.content ?? '')).toEqual({ a: 1 })
    expect(upstream.requests[0]?.body).toMatchObject({
      messages: [{ role: 'system', content: 'Be brief.' }, { role: 'user' }],
      response_format: { type: 'json_object', json_schema: schema },
      max_tokens: 9,
      p: 0.99,
      frequency_penalty: 1,
    })
  })

  it('remembers a conversation', async () => {
    const { gateway, upstream } = await served()
    for (const content of ['one', 'two']) {
      const response = await gateway.chat(
        { model, messages: [{ role: 'user', content }] },
        { 'x-fairlead-conversation': 'mine' },
      )
      expect(response.status).toBe(200)
      await response.text()
    }
    expect(upstream.requests[1]?.body['messages']).toHaveLength(3)
  })

  it.each([
    [400, 'invalid request: no', BadRequestError],
    // The key is the gateway's, so that its caller is not to blame.
    [401, 'invalid api token', InternalServerError],
    [404, "model 'm' not found", NotFoundError],
    [429, 'too many requests', RateLimitError],
    [500, 'internal server error', InternalServerError],
  ])('refuses with %i as its callers expect it', async (status, message, error) => {
    const { openai } = await served(json(status, { id: 'x', message }))
    const asked = openai.chat.completions.create({ model, messages: [hello] })
    await expect(asked).rejects.toBeInstanceOf(error)
  })

  it('that breaks in mid-stream ends the caller’s stream with the error', async () => {
    const { openai } = await served((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      const start = { type: 'content-start', index: 0, delta: { message: {} } }
      const content = { type: 'content-delta', delta: { message: { content: { text: 'Hi' } } } }
      const end = { type: 'message-end', delta: { finish_reason: 'ERROR', error: 'it broke' } }
      for (const event of [start, content, end]) {
        response.write(`data: ${JSON.stringify(event)}\n\n`)
      }
      response.end()
    })
    const stream = await openai.chat.completions.create({ model, messages: [hello], stream: true })
    await expect(
      (async () => {
        for await (const _ of stream);
      })(),
    ).rejects.toThrow('it broke')
  })
})
