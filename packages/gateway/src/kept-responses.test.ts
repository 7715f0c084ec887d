import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { modelUpstream } from './test-support/model-upstream.ts'
import { consumerOf, keyedProvider, routeOf } from './test-support/snapshot.ts'
import { testGateway } from './test-support/test-gateway.ts'

type Response = OpenAI.Responses.Response
type StreamEvent = OpenAI.Responses.ResponseStreamEvent

const apis = [
  { name: 'responses', type: 'OpenAI', path: '/v1/responses' },
  { name: 'chat', type: 'OpenAICompatible', path: '/v1/chat/completions' },
  { name: 'messages', type: 'Anthropic', path: '/v1/messages' },
] as const

/** A gateway in front of every API, each under its name as model; `team` and `other` are tenants. */
async function start() {
  const upstream = await modelUpstream()
  const gateway = await testGateway({
    gateway: { auth: 'Required' },
    providers: apis.map(({ name, type }) => keyedProvider(name, { type, baseURL: upstream.url })),
    consumers: [consumerOf('team'), consumerOf('other')],
    secrets: { team: 'good', other: 'better', responses: 'sk', chat: 'sk', messages: 'sk' },
    routes: [
      ...apis.map(({ name }) => routeOf(name, [{ provider: name }], { match: { models: [name] } })),
      routeOf('rest', [{ provider: 'responses' }]),
    ],
  })
  const client = (apiKey: string) =>
    new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey, maxRetries: 0 })
  const openai = client('good')
  const ended = async (id: string): Promise<Response> => {
    for (;;) {
      const response = await openai.responses.retrieve(id)
      if (response.status !== 'queued' && response.status !== 'in_progress') return response
    }
  }
  return { gateway, upstream, openai, other: client('better'), ended }
}

async function eventsOf(stream: AsyncIterable<StreamEvent>): Promise<StreamEvent[]> {
  const events: StreamEvent[] = []
  for await (const event of stream) events.push(event)
  return events
}

const notFound = { status: 404, code: 'response_not_found' }

describe('responses that are kept', () => {
  it('are continued by whichever provider answers, without earlier instructions', async () => {
    const { openai, upstream } = await start()
    let previous: string | undefined
    const said: string[] = []
    const models = ['responses', 'chat', 'messages', 'responses']
    for (const model of models) {
      const response: Response = await openai.responses.create({
        model,
        instructions: `Rule of ${model}.`,
        input: `question to ${model}`,
        ...(previous === undefined ? {} : { previous_response_id: previous }),
      })
      expect(response).toMatchObject({ previous_response_id: previous ?? null, store: true })
      said.push(response.output_text)
      previous = response.id
    }
    expect(said).toEqual([
      '[Rule of responses.] 0 images, 2 items: question to responses',
      '[Rule of chat.] 0 images, 4 items: question to chat',
      '[Rule of messages.] 0 images, 6 items: question to messages',
      '[Rule of responses.] 0 images, 8 items: question to responses',
    ])
    const paths = models.map((model) => apis.find(({ name }) => name === model)?.path)
    expect(upstream.requests.map(({ path }) => path)).toEqual(paths)
    for (const { body } of upstream.requests) {
      expect(body).not.toHaveProperty('previous_response_id')
    }
    expect(upstream.requests[0]?.body).toMatchObject({ store: false })
    expect(upstream.requests[3]?.body).toMatchObject({
      store: false,
      instructions: 'Rule of responses.',
    })
  })

  it.each(apis)(
    'are retrieved as they were told, by $name, whole and streamed',
    async ({ name }) => {
      const { gateway, openai } = await start()
      const asked = { model: name, input: 'hello', metadata: { topic: 'fish' }, temperature: 0.5 }
      const whole = await gateway
        .post('/v1/responses', asked, { authorization: 'Bearer good' })
        .then((answer) => answer.json() as Promise<Response>)
      expect(whole).toMatchObject({ store: true, metadata: { topic: 'fish' }, temperature: 0.5 })
      const kept = await openai.responses.retrieve(whole.id)
      expect(kept).toMatchObject({ ...whole, completed_at: expect.any(Number) as number })
      const events = await eventsOf(await openai.responses.create({ ...asked, stream: true }))
      const last = events.at(-1)
      if (last?.type !== 'response.completed') throw new Error('it did not complete')
      expect(events[0]).toMatchObject({ response: { id: last.response.id, store: true } })
      const streamed = await openai.responses.retrieve(last.response.id)
      expect(streamed).toMatchObject({
        ...last.response,
        completed_at: expect.any(Number) as number,
      })
    },
  )

  it('exist only where they are wanted, and for their tenant', async () => {
    const { openai, other } = await start()
    const { responses } = openai
    const unkept = await responses.create({ model: 'm', input: 'hi', store: false })
    expect(unkept).toMatchObject({ store: false })
    await expect(responses.retrieve(unkept.id)).rejects.toMatchObject(notFound)
    const { id } = await responses.create({ model: 'm', input: 'hi' })
    await expect(other.responses.retrieve(id)).rejects.toBeInstanceOf(OpenAI.NotFoundError)
    await expect(other.responses.delete(id)).rejects.toMatchObject(notFound)
    await expect(other.responses.cancel(id)).rejects.toMatchObject(notFound)
    await expect(other.responses.inputItems.list(id)).rejects.toMatchObject(notFound)
    await expect(
      other.responses.create({ model: 'm', input: 'hi', previous_response_id: id }),
    ).rejects.toMatchObject({ status: 400, code: 'previous_response_not_found' })
    await responses.delete(id)
    await expect(responses.retrieve(id)).rejects.toMatchObject(notFound)
    await expect(responses.delete(id)).rejects.toMatchObject(notFound)
  })

  it.each(apis)('go on after calls of tools, at $name', async ({ name }) => {
    const { openai } = await start()
    const tools = [
      {
        type: 'function',
        name: 'get_weather',
        strict: true,
        parameters: {
          type: 'object',
          properties: { city: { type: 'string' } },
          required: ['city'],
          additionalProperties: false,
        },
      },
    ] as const
    const first = await openai.responses.create({
      model: name,
      input: 'think, then tell me the weather',
      tools: [...tools],
    })
    const call = first.output.find((item) => item.type === 'function_call')
    if (call === undefined) throw new Error('no call')
    const second = await openai.responses.create({
      model: name,
      previous_response_id: first.id,
      input: [{ type: 'function_call_output', call_id: call.call_id, output: 'sunny' }],
      tools: [...tools],
    })
    expect(second.output_text).toBe('The tool said: sunny')
  })

  it('bring sealed thinking back to its maker, and tell it only to who asks', async () => {
    const { openai, upstream } = await start()
    const { responses } = openai
    const tools = [{ type: 'function', name: 'f', strict: false, parameters: {} }] as const
    const first = await responses.create({
      model: 'messages',
      input: 'think of the weather',
      tools: [...tools],
    })
    expect(first.output[0]).not.toHaveProperty('encrypted_content')
    const plain = await responses.retrieve(first.id)
    expect(plain.output[0]).not.toHaveProperty('encrypted_content')
    const sealed = await responses.retrieve(first.id, {
      include: ['reasoning.encrypted_content'],
    })
    expect(sealed.output[0]).toHaveProperty('encrypted_content')
    const output = {
      type: 'function_call_output',
      call_id: first.output.find((item) => item.type === 'function_call')?.call_id ?? '',
      output: 'sunny',
    } as const
    for (const model of ['messages', 'chat', 'responses']) {
      await responses.create({
        model,
        previous_response_id: first.id,
        input: [output],
        tools: [...tools],
      })
    }
    const [, toMessages, ...toOthers] = upstream.requests.map(({ body }) => JSON.stringify(body))
    expect(toMessages).toContain('c2lnbmF0dXJl')
    for (const body of toOthers) expect(body).not.toContain('c2lnbmF0dXJl')
  })

  it('are referred to by their items', async () => {
    const { openai, upstream } = await start()
    const { responses } = openai
    const first = await responses.create({ model: 'chat', input: 'one' })
    const [message] = first.output
    const input: OpenAI.Responses.ResponseInput = [
      { role: 'user', content: 'one' },
      { type: 'item_reference', id: message?.id ?? '' },
      { role: 'user', content: 'two' },
    ]
    const second = await responses.create({ model: 'chat', input, store: false })
    expect(second.output_text).toBe('0 images, 3 items: two')
    expect(upstream.requests[1]?.body['messages']).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: '0 images, 1 items: one' },
      { role: 'user' },
    ])
    const unknown: OpenAI.Responses.ResponseInput = [{ type: 'item_reference', id: 'msg_x' }]
    await expect(responses.create({ model: 'chat', input: unknown })).rejects.toMatchObject({
      status: 404,
      code: 'item_not_found',
    })
  })

  it('list the input of their own call', async () => {
    const { openai } = await start()
    const { responses } = openai
    const input = ['a', 'b', 'c'].map((content) => ({ role: 'user', content }) as const)
    const { id } = await responses.create({ model: 'm', input })
    const all = await responses.inputItems.list(id, { order: 'asc' })
    expect(all.data).toMatchObject(
      input.map(({ content }) => ({
        type: 'message',
        role: 'user',
        content: [{ type: 'input_text', text: content }],
      })),
    )
    const newest = await responses.inputItems.list(id, { limit: 2 })
    expect(newest.data.map((item) => item.id)).toEqual(
      all.data
        .map((item) => item.id)
        .toReversed()
        .slice(0, 2),
    )
    const last = newest.data.at(-1)?.id ?? ''
    expect((await responses.inputItems.list(id, { after: last })).data).toEqual(
      all.data.slice(0, 1),
    )
    await expect(responses.inputItems.list(id, { limit: 0 })).rejects.toMatchObject({ status: 400 })
    const next = await responses.create({ model: 'm', input: 'd', previous_response_id: id })
    expect((await responses.inputItems.list(next.id)).data).toHaveLength(1)
  })

  it('belong to a conversation, which gains input and output', async () => {
    const { openai } = await start()
    const conversation = await openai.conversations.create({ metadata: { topic: 'fish' } })
    const first = await openai.responses.create({
      model: 'chat',
      input: 'one',
      conversation: conversation.id,
    })
    expect(first.conversation).toEqual({ id: conversation.id })
    const second = await openai.responses.create({
      model: 'messages',
      input: 'two',
      conversation: { id: conversation.id },
    })
    expect(second.output_text).toBe('0 images, 3 items: two')
    const { data } = await openai.conversations.items.list(conversation.id)
    expect(data).toHaveLength(4)
    expect((await openai.responses.retrieve(second.id)).conversation).toEqual({
      id: conversation.id,
    })
    await expect(
      openai.responses.create({
        model: 'm',
        input: 'x',
        conversation: conversation.id,
        previous_response_id: first.id,
      }),
    ).rejects.toMatchObject({ status: 400, param: 'previous_response_id' })
    await expect(
      openai.responses.create({
        model: 'm',
        input: 'x',
        conversation: 'conv_01JZZZZZZZZZZZZZZZZZZZZZZZ',
      }),
    ).rejects.toMatchObject({ status: 404 })
  })

  it('keep what failed', async () => {
    const { ended, openai } = await start()
    const conversation = await openai.conversations.create({})
    const failed = openai.responses.create({
      model: 'fails-500',
      input: 'x',
      background: true,
      conversation: conversation.id,
    })
    const { id, status } = await failed
    expect(status).toBe('queued')
    expect(await ended(id)).toMatchObject({
      status: 'failed',
      error: { code: 'server_error' },
      output: [],
    })
  })

  it('count the tokens of what a call would send', async () => {
    const { openai } = await start()
    const { responses } = openai
    const { id } = await responses.create({ model: 'm', input: 'x'.repeat(400) })
    const alone = await responses.inputTokens.count({ model: 'm', input: 'hello' })
    expect(alone).toEqual({ object: 'response.input_tokens', input_tokens: 6 })
    const after = await responses.inputTokens.count({ input: 'hello', previous_response_id: id })
    expect(after.input_tokens).toBeGreaterThan(206)
    expect(after.input_tokens).toBeLessThan(230)
  })
})

describe('a response in the background', () => {
  it.each(apis)('is polled until it has ended, at $name', async ({ name }) => {
    const { openai, ended } = await start()
    const queued = await openai.responses.create({ model: name, input: 'hi', background: true })
    expect(queued).toMatchObject({ status: 'queued', background: true, output: [] })
    const response = await ended(queued.id)
    expect(response).toMatchObject({
      id: queued.id,
      status: 'completed',
      output_text: '0 images, 1 items: hi',
      usage: { total_tokens: 17 },
    })
    await expect(
      openai.responses.create({ model: name, input: 'hi', background: true, store: false }),
    ).rejects.toMatchObject({ status: 400, param: 'background' })
  })

  it.each([
    { background: true },
    { background: false },
    { background: false, conversation: 'mine' },
  ])('is streamed, and the stream is resumed after any event: %o', async (asked) => {
    const { openai } = await start()
    const { responses } = openai
    const events = await eventsOf(
      await responses.create({ model: 'chat', input: 'hi', ...asked, stream: true }),
    )
    const [first] = events
    if (first?.type !== 'response.created') throw new Error('it was not created')
    const { id } = first.response
    for (let after = 0; after < events.length; after++) {
      const rest = await responses.retrieve(id, { stream: true, starting_after: after })
      expect(await eventsOf(rest)).toEqual(events.slice(after + 1))
    }
    expect(await eventsOf(await responses.retrieve(id, { stream: true }))).toEqual(events)
    const foreground = await responses.create({ model: 'chat', input: 'hi' })
    await expect(responses.retrieve(foreground.id, { stream: true })).rejects.toMatchObject({
      status: 400,
    })
  })

  it('goes on when its caller leaves', async () => {
    const { openai, ended } = await start()
    const stream = await openai.responses.create({
      model: 'chat',
      input: 'hi',
      background: true,
      stream: true,
    })
    let id = ''
    for await (const event of stream) {
      if (event.type !== 'response.created') continue
      id = event.response.id
      break
    }
    stream.controller.abort()
    expect(await ended(id)).toMatchObject({ status: 'completed' })
  })

  it('is cancelled with what came, and its provider is cut', async () => {
    const { openai, upstream } = await start()
    const { responses } = openai
    const stream = await responses.create({
      model: 'slow',
      input: 'hi',
      background: true,
      stream: true,
    })
    let id = ''
    for await (const event of stream) {
      if (event.type === 'response.created') id = event.response.id
      if (event.type === 'response.output_text.delta') break
    }
    const resumed = eventsOf(await responses.retrieve(id, { stream: true }))
    const cancelled = await responses.cancel(id)
    expect(cancelled).toMatchObject({ id, status: 'cancelled', error: null })
    expect(cancelled.output).toMatchObject([
      { type: 'message', content: [{ text: '0 images, 1 items: hi' }] },
    ])
    expect(await responses.cancel(id)).toEqual(cancelled)
    expect(await responses.retrieve(id)).toMatchObject(cancelled)
    await upstream.requests[0]?.aborted
    expect((await resumed).at(-1)).toMatchObject({
      type: 'response.failed',
      response: { status: 'cancelled' },
    })
  })

  it('alone can be cancelled after its end; another ends with its connection', async () => {
    const { openai, ended } = await start()
    const done = await openai.responses.create({ model: 'm', input: 'hi' })
    await expect(openai.responses.cancel(done.id)).rejects.toMatchObject({
      status: 400,
      code: 'response_not_in_background',
    })
    const stream = await openai.responses.create({ model: 'slow', input: 'hi', stream: true })
    let id = ''
    for await (const event of stream) {
      if (event.type === 'response.created') id = event.response.id
      if (event.type === 'response.output_text.delta') break
    }
    stream.controller.abort()
    expect(await ended(id)).toMatchObject({ status: 'cancelled' })
  })

  it('is queued until its model is asked, and then in progress', async () => {
    const { openai, upstream } = await start()
    const { responses } = openai
    upstream.answer = () => {} // It thinks.
    const queued = await responses.create({ model: 'm', input: 'hi', background: true })
    let { status } = queued
    expect(status).toBe('queued')
    while (status === 'queued') ({ status } = await responses.retrieve(queued.id))
    expect(status).toBe('in_progress')
    await responses.cancel(queued.id)
  })

  it('ends when it is deleted', async () => {
    const { openai, upstream } = await start()
    const { id } = await openai.responses.create({ model: 'slow', input: 'hi', background: true })
    await openai.responses.delete(id)
    await expect(openai.responses.retrieve(id)).rejects.toMatchObject(notFound)
    expect(upstream.requests.length).toBeLessThan(2)
  })
})
