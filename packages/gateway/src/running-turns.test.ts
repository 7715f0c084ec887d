import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { keyedProvider, strategyOf } from './test-support/snapshot.ts'
import { testGateway, type TestGateway, testUpstream } from './test-support/test-gateway.ts'
import { chunks, completion, json } from './test-support/upstream.ts'

interface SeenTurn {
  readonly id: string
  readonly status: string
  readonly finish_reason: string | null
  readonly response: string | null
  readonly input: readonly unknown[]
  readonly output: readonly { readonly content: readonly { readonly text: string }[] }[]
}

type Strategy = Parameters<typeof strategyOf>[1]

const chat = { 'x-fairlead-conversation': 'mine' }

/**
 * A gateway whose provider leaves the first answer unfinished after `Hello`, and answers the others
 * with `second`.
 */
async function start(strategy: Strategy = {}) {
  const [role = '', hello = ''] = chunks(['Hello', ' you'])
  const upstream = await testUpstream((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(role + hello)
    upstream.answer = json(200, completion('second'))
  })
  const gateway = await testGateway({
    gateway: { defaultContextStrategy: 'default/s' },
    strategies: [strategyOf('s', strategy)],
    providers: [keyedProvider('openai', { type: 'OpenAICompatible', baseURL: upstream.url })],
    secrets: { openai: 'sk' },
  })
  return { gateway, upstream }
}

const ask = (text: string, context?: object) => ({
  model: 'm',
  messages: [{ role: 'user', content: text }],
  ...(context === undefined ? {} : { context }),
})

/** A streamed call of which the first words have been read. */
async function begin(gateway: TestGateway, context?: object, headers: object = chat) {
  const caller = new AbortController()
  const response = await fetch(`${gateway.url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ ...ask('one', context), stream: true }),
    signal: caller.signal,
  })
  expect(response.status).toBe(200)
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  while (!text.includes('Hello')) text += (await reader?.read())?.value ?? ''
  const rest = async () => {
    for (;;) {
      const piece = await reader?.read()
      if (piece?.value === undefined) return text
      text += piece.value
    }
  }
  return { leave: () => caller.abort(), rest }
}

async function turnsOf({ url }: TestGateway): Promise<readonly SeenTurn[]> {
  const response = await fetch(`${url}/v1/conversations/mine/turns`)
  return ((await response.json()) as { readonly data: readonly SeenTurn[] }).data
}

async function untilWaiting(gateway: TestGateway, work: () => Promise<boolean>): Promise<void> {
  while (!(await work())) await fetch(`${gateway.url}/v1/models`)
}

const said = ({ output }: SeenTurn) => output.map(({ content }) => content[0]?.text)

describe('a turn whose caller leaves', () => {
  it('gives way to the next message at once', async () => {
    const { gateway, upstream } = await start()
    const { leave } = await begin(gateway)
    leave()
    const next = await gateway.chat(ask('two'), chat)
    expect(await next.json()).toMatchObject({ choices: [{ message: { content: 'second' } }] })
    await upstream.requests[0]?.aborted
    expect(upstream.requests[1]?.body['messages']).toEqual([
      { role: 'user', content: 'one' },
      { role: 'assistant', content: 'Hello' },
      { role: 'user', content: 'two' },
    ])
    expect((await turnsOf(gateway)).map(({ status }) => status)).toEqual(['cancelled', 'completed'])
  })

  it.each([
    ['the strategy', { onDisconnect: 'Cancel' }, undefined, chat],
    ['the request', {}, { on_disconnect: 'cancel' }, chat],
    ['a header', {}, undefined, { ...chat, 'x-fairlead-on-disconnect': 'cancel' }],
  ] as const)('ends at once where %s says so', async (_, strategy, context, headers) => {
    const { gateway, upstream } = await start(strategy)
    const { leave } = await begin(gateway, context, headers)
    leave()
    await upstream.requests[0]?.aborted
    await untilWaiting(gateway, async () => (await turnsOf(gateway))[0]?.status !== 'in_progress')
    const [turn] = await turnsOf(gateway)
    expect(turn).toMatchObject({ status: 'cancelled', finish_reason: null })
    expect(turn === undefined ? [] : said(turn)).toEqual(['Hello'])
  })

  it('is refused a choice that does not exist, or has no effect', async () => {
    const { gateway } = await start()
    const refused = async (context: object, headers: Record<string, string> = {}) => {
      const response = await gateway.chat(ask('one', context), headers)
      const { error } = (await response.json()) as { readonly error: { readonly param: string } }
      return { status: response.status, param: error.param }
    }
    const status = 400
    expect(await refused({ on_disconnect: 'Stop' })).toEqual({
      status,
      param: 'context.on_disconnect',
    })
    const param = 'context.on_concurrent'
    expect(await refused({ on_concurrent: 'reject' })).toEqual({ status, param })
    expect(await refused({ on_concurrent: 'constructor' }, chat)).toEqual({ status, param })
  })
})

describe('a running turn', () => {
  it.each([
    '/v1/conversations/mine/cancel',
    '/v1/conversations/mine/turns/last/cancel',
    'by its id',
  ])('is cancelled: %s', async (way) => {
    const { gateway, upstream } = await start()
    const { rest } = await begin(gateway)
    const [running] = await turnsOf(gateway)
    const path = way === 'by its id' ? `/v1/conversations/mine/turns/${running?.id}/cancel` : way
    const cancelled = await gateway.post(path, {})
    expect(cancelled.status).toBe(200)
    const turn = (await cancelled.json()) as SeenTurn
    expect(turn).toMatchObject({ id: running?.id, status: 'cancelled', finish_reason: null })
    expect(said(turn)).toEqual(['Hello'])
    await upstream.requests[0]?.aborted
    expect(await rest()).toMatch(/"code":"turn_cancelled"/)
    expect(await (await gateway.post(path, {})).json()).toEqual(turn)
    const next = await gateway.chat(ask('two'), { ...chat, 'if-match': '"1"' })
    expect(next.status).toBe(200)
    const newest = await gateway.post('/v1/conversations/mine/cancel', {})
    expect(await newest.json()).toMatchObject({ status: 'completed', finish_reason: 'stop' })
    expect(
      await (await gateway.post(`/v1/conversations/mine/turns/${turn.id}/cancel`, {})).json(),
    ).toEqual(turn)
  })

  it('that is not there cannot be cancelled', async () => {
    const { gateway } = await start()
    const codeAt = async (path: string) => {
      const response = await gateway.post(path, {})
      const { error } = (await response.json()) as { readonly error: { readonly code: string } }
      return [response.status, error.code]
    }
    expect(await codeAt('/v1/conversations/mine/cancel')).toEqual([404, 'conversation_not_found'])
    const created = await gateway.post('/v1/conversations', {})
    const { id } = (await created.json()) as { readonly id: string }
    const path = `/v1/conversations/${id}`
    expect(await codeAt(`${path}/cancel`)).toEqual([404, 'turn_not_found'])
    expect(await codeAt(`${path}/turns/turn_1/cancel`)).toEqual([404, 'turn_not_found'])
  })

  it('is interrupted by a message that says so, before those that queue', async () => {
    const { gateway, upstream } = await start()
    const first = await begin(gateway)
    const queued = gateway.chat(ask('two'), chat)
    const interrupting = gateway.chat(ask('three', { on_concurrent: 'interrupt' }), chat)
    expect((await interrupting).status).toBe(200)
    expect((await queued).status).toBe(200)
    expect(await first.rest()).toMatch(/A newer message of the conversation has interrupted/)
    const turns = await turnsOf(gateway)
    expect(turns.map(({ status }) => status)).toEqual(['cancelled', 'completed', 'completed'])
    // Which of the two came first is not told by the order of sending.
    expect(upstream.requests).toHaveLength(3)
  })

  it.each([
    ['at once where it says so', { onConcurrent: { mode: 'Reject', maxWaitMs: 60_000 } }],
    ['after the wait', { onConcurrent: { mode: 'Queue', maxWaitMs: 1 } }],
  ] as const)('refuses another message %s', async (_, strategy) => {
    const { gateway } = await start(strategy)
    await begin(gateway)
    for (const path of ['/v1/chat/completions', '/v1/messages']) {
      const refused = await gateway.post(path, { ...ask('two'), max_tokens: 10 }, chat)
      expect(refused.status).toBe(400)
      expect(refused.headers.get('retry-after')).toMatch(/^[1-9]\d?$/)
      expect(await refused.text()).toContain('Another turn of conversation')
    }
  })

  it('lets those that wait be refused when the gateway stops, and ends itself', async () => {
    const { gateway } = await start()
    const { rest } = await begin(gateway)
    const waiting = gateway.chat(ask('two'), chat)
    const models = () => fetch(`${gateway.url}/v1/models`)
    for (let call = 0; call < 5; call += 1) await models()
    const drained = gateway.drain(300)
    const refused = await waiting
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('1')
    expect(await rest()).toContain('"code":"shutting_down"')
    await drained
  })
})

describe('a kept response', () => {
  it('is cancelled while its caller is connected, with its turn', async () => {
    const { gateway, upstream } = await start()
    const openai = new OpenAI({ apiKey: 'k', baseURL: `${gateway.url}/v1`, maxRetries: 0 })
    const stream = await openai.responses.create(
      { model: 'm', input: 'one', stream: true },
      { headers: chat },
    )
    let id = ''
    const read = async () => {
      for await (const event of stream) {
        if (event.type === 'response.created') id = event.response.id
        if (event.type !== 'response.output_text.delta') continue
        const cancelled = await openai.responses.cancel(id)
        expect(cancelled).toMatchObject({ id, status: 'cancelled' })
        expect(await turnsOf(gateway)).toMatchObject([{ status: 'cancelled', response: id }])
      }
    }
    await expect(read()).rejects.toThrow('The response was cancelled.')
    await upstream.requests[0]?.aborted
    await expect(openai.responses.cancel(id)).rejects.toMatchObject({
      code: 'response_not_in_background',
    })
  })
})
