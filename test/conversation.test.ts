import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'
import { manifest, provider, route, secret } from './support/manifests.ts'
import { openaiSdk, post } from './support/sdk.ts'
import {
  eventStream,
  json,
  openaiStream,
  startUpstream,
  type Upstream,
} from './support/upstream.ts'
import { waitFor } from './support/wait-for.ts'

interface ChatMessage {
  readonly role: string
  readonly content: string
}

const reply = (content: string) => ({
  id: 'chatcmpl-1',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
})
const chunk = (content: string, finish_reason: string | null = null) =>
  JSON.stringify({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta: { content }, finish_reason }],
  })

let fairlead: FairleadProcess
let upstream: Upstream
beforeAll(async () => {
  ;[fairlead, upstream] = await Promise.all([
    startFairlead(),
    startUpstream((response, request) => {
      const messages = request.body['messages'] as ChatMessage[]
      return json(reply(`re: ${messages.at(-1)?.content}`))(response, request)
    }),
  ])
  await fairlead.kubectl.apply(secret('up-key', 'api-key', 'sk-up'))
  await fairlead.kubectl.apply(provider('up', 'OpenAI', `${upstream.url}/v1`))
  await fairlead.kubectl.apply(route('up', 'up-model', 'up'))
  await fairlead.kubectl.apply(
    manifest('Persona', 'fixed', {
      instructions: 'You are {{name}}.',
      variables: [{ name: 'name', default: 'Ada' }],
    }),
  )
  await waitFor('the route', async () => {
    const response = await post(
      fairlead.endpoints,
      '/v1/chat/completions',
      { model: 'up-model', messages: [{ role: 'user', content: 'hi' }] },
      { 'x-fairlead-persona': 'fixed' },
    )
    return response.ok
  })
}, 90_000)
afterAll(async () => {
  await Promise.all([fairlead[Symbol.asyncDispose](), upstream.stop()])
})

const get = async (path: string) => {
  const response = await fetch(`${fairlead.endpoints.gateway}${path}`, {
    headers: { authorization: `Bearer ${fairlead.endpoints.apiKey}` },
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

describe('ten turns with last-five-turns', () => {
  it('send persona, exactly the last five turns and the new input', async () => {
    const sdk = openaiSdk(fairlead.endpoints)
    const headers = {
      'x-fairlead-conversation': 'ten-turns',
      'x-fairlead-persona': 'fixed',
      'x-fairlead-strategy': 'last-five-turns',
    }
    for (let turn = 1; turn <= 10; turn++) {
      await sdk.chat.completions.create(
        { model: 'up-model', messages: [{ role: 'user', content: `question ${turn}` }] },
        { headers },
      )
      const sent = upstream.requests.at(-1)?.body['messages'] as ChatMessage[]
      const from = Math.max(1, turn - 5)
      const history = Array.from({ length: turn - from }, (_, index) => [
        { role: 'user', content: `question ${from + index}` },
        { role: 'assistant', content: `re: question ${from + index}` },
      ]).flat()
      expect(sent).toEqual([
        { role: 'system', content: 'You are Ada.' },
        ...history,
        { role: 'user', content: `question ${turn}` },
      ])
    }
  })

  it('can be looked up, item by item, and explained before a call', async () => {
    const { body: conversation } = await get('/v1/conversations/ten-turns')
    expect(conversation).toMatchObject({ id: 'ten-turns', object: 'conversation' })
    const { body: items } = await get('/v1/conversations/ten-turns/items?limit=100&order=asc')
    expect(items['data']).toHaveLength(20)
    const plan = await post(
      fairlead.endpoints,
      '/v1/conversations/ten-turns/plan',
      { model: 'up-model', messages: [{ role: 'user', content: 'next' }] },
      { 'x-fairlead-persona': 'fixed', 'x-fairlead-strategy': 'last-five-turns' },
    )
    const { decisions } = (await plan.json()) as { decisions: { action: string; count: number }[] }
    expect(decisions).toMatchObject([
      { action: 'dropped', count: 5 },
      { action: 'kept', count: 5 },
    ])
    const { body: after } = await get('/v1/conversations/ten-turns/items?limit=100')
    expect(after['data']).toHaveLength(20)
  })

  it('does not store twice what a caller repeats', async () => {
    const sdk = openaiSdk(fairlead.endpoints)
    const headers = { 'x-fairlead-conversation': 'repeated' }
    const messages: { role: 'user' | 'assistant'; content: string }[] = []
    for (const content of ['one', 'two', 'three']) {
      messages.push({ role: 'user', content })
      const answer = await sdk.chat.completions.create({ model: 'up-model', messages }, { headers })
      messages.push({ role: 'assistant', content: answer.choices[0]?.message.content ?? '' })
    }
    const { body } = await get('/v1/conversations/repeated/items?limit=100')
    expect(body['data']).toHaveLength(6)
  })
})

describe("another consumer's conversation", () => {
  it('is not found', async () => {
    await fairlead.kubectl.apply(secret('other-key', 'api-key', 'flk_other'))
    await fairlead.kubectl.apply(
      manifest('Consumer', 'other', {
        apiKeys: [{ name: 'only', secretRef: { name: 'other-key', key: 'api-key' } }],
      }),
    )
    const look = () =>
      fetch(`${fairlead.endpoints.gateway}/v1/conversations/ten-turns`, {
        headers: { authorization: 'Bearer flk_other' },
      })
    await waitFor('the consumer', async () => (await look()).status === 404)
  })
})

describe('kill -9 in the middle of a stream', () => {
  it('leaves the conversation, with the cut turn incomplete and nothing acknowledged lost', async () => {
    const headers = { 'x-fairlead-conversation': 'killed' }
    const sdk = openaiSdk(fairlead.endpoints)
    await sdk.chat.completions.create(
      { model: 'up-model', messages: [{ role: 'user', content: 'acknowledged' }] },
      { headers },
    )
    const healthy = upstream.answer
    upstream.answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`data: ${chunk('half an ')}\n\ndata: ${chunk('answer')}\n\n`)
      return new Promise((resolve) => response.once('close', resolve))
    }
    const stream = await sdk.chat.completions.create(
      { model: 'up-model', messages: [{ role: 'user', content: 'cut' }], stream: true },
      { headers },
    )
    let received = ''
    for await (const piece of stream) {
      received += piece.choices[0]?.delta.content ?? ''
      if (received === 'half an answer') break
    }
    await waitFor('the flush', async () => {
      const { body } = await get('/v1/conversations/killed/turns')
      return JSON.stringify(body).includes('half an answer')
    })
    await fairlead.kill()
    fairlead = await fairlead.restart()
    upstream.answer = healthy

    const { body } = await get('/v1/conversations/killed/turns')
    const turns = body['data'] as { status: string; input: unknown; output: unknown }[]
    expect(turns.map(({ status }) => status)).toEqual(['completed', 'incomplete'])
    expect(JSON.stringify(turns[0])).toContain('re: acknowledged')
    expect(JSON.stringify(turns[1]?.output)).toContain('half an answer')

    const next = await openaiSdk(fairlead.endpoints).chat.completions.create(
      { model: 'up-model', messages: [{ role: 'user', content: 'after' }] },
      { headers },
    )
    expect(next.choices[0]?.message.content).toBe('re: after')
  }, 60_000)
})

describe('a stream in a conversation', () => {
  it('stores what was streamed before it says that it is done', async () => {
    const healthy = upstream.answer
    upstream.answer = eventStream(openaiStream([chunk('streamed '), chunk('answer', 'stop')]))
    const headers = { 'x-fairlead-conversation': 'streamed' }
    const stream = await openaiSdk(fairlead.endpoints).chat.completions.create(
      { model: 'up-model', messages: [{ role: 'user', content: 'go' }], stream: true },
      { headers },
    )
    for await (const piece of stream) void piece
    upstream.answer = healthy
    const { body } = await get('/v1/conversations/streamed/turns')
    const [turn] = body['data'] as { status: string; output: unknown }[]
    expect(turn?.status).toBe('completed')
    expect(JSON.stringify(turn?.output)).toContain('streamed answer')
  })
})
