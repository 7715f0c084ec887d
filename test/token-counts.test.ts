import { countTokens as countText } from 'gpt-tokenizer/encoding/o200k_base'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'
import { manifest, provider, route, secret } from './support/manifests.ts'
import { post } from './support/sdk.ts'
import { json, startUpstream, type Upstream } from './support/upstream.ts'
import { waitFor } from './support/wait-for.ts'

interface Message {
  readonly role: string
  readonly content: string
}

interface Plan {
  readonly counted_by: { readonly method: string; readonly error_p95: number | null }
  readonly segments: readonly { readonly tokens: number }[]
}

const overhead = 4
const countTokens = (text: string) => countText(text, { disallowedSpecial: new Set() })
const tokensOf = (messages: readonly Message[]) =>
  messages.reduce((sum, { content }) => sum + countTokens(content) + overhead, 0)
const lastSent = () => tokensOf(upstream.requests.at(-1)?.body['messages'] as Message[])
const totalOf = ({ segments }: Plan) => segments.reduce((sum, { tokens }) => sum + tokens, 0)

let fairlead: FairleadProcess
let upstream: Upstream
/** How many tokens the provider reports for one that OpenAI's tokenizer counts. */
let reportedFactor = 1
beforeAll(async () => {
  ;[fairlead, upstream] = await Promise.all([
    startFairlead(),
    startUpstream((response, request) => {
      const prompt = tokensOf(request.body['messages'] as Message[])
      const usage = { prompt_tokens: Math.round(prompt * reportedFactor), completion_tokens: 1 }
      const message = { role: 'assistant', content: 'ok' }
      const choices = [{ index: 0, message, finish_reason: 'stop' }]
      return json({ id: 'c', object: 'chat.completion', choices, usage })(response, request)
    }),
  ])
  const { kubectl } = fairlead
  await kubectl.apply(secret('up-key', 'api-key', 'sk-up'))
  const models = [{ name: 'gpt-4o', contextWindow: 8000 }, { name: 'other-model' }]
  await kubectl.apply(provider('up', 'OpenAI', `${upstream.url}/v1`, { models }))
  await kubectl.apply(
    manifest('ContextStrategy', 'whole', {
      history: { mode: 'Full' },
      budget: { reserveOutputTokens: 1024 },
    }),
  )
  await kubectl.apply(route('gpt', 'gpt-4o', 'up'))
  await kubectl.apply(route('other', 'other-model', 'up'))
  await waitFor('the routes', async () => (await say('other-model', 'warm', 'hi')).ok)
}, 90_000)
afterAll(async () => {
  await Promise.all([fairlead[Symbol.asyncDispose](), upstream.stop()])
})

const say = (model: string, conversation: string, content: string) =>
  post(
    fairlead.endpoints,
    '/v1/chat/completions',
    { model, messages: [{ role: 'user', content }] },
    { 'x-fairlead-conversation': conversation, 'x-fairlead-strategy': 'whole' },
  )

async function planOf(response: Response): Promise<Plan> {
  const id = response.headers.get('x-fairlead-plan')
  const { endpoints } = fairlead
  const headers = { authorization: `Bearer ${endpoints.apiKey}`, connection: 'close' }
  const answer = await fetch(`${endpoints.gateway}/v1/plans/${id}`, { headers })
  expect(answer.status).toBe(200)
  return (await answer.json()) as Plan
}

const dryRun = async (model: string, content: string) => {
  const body = { model, messages: [{ role: 'user', content }] }
  return (await (await post(fairlead.endpoints, '/v1/conversations/new/plan', body)).json()) as Plan
}

let seed = 1
const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
const characters = (alphabet: string, length: number) =>
  Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('')
const base64 = (length: number) =>
  characters('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', length)

describe('plans', () => {
  it.each([
    ['base64', base64(8000)],
    ['hexadecimal', characters('0123456789abcdef', 30_000)],
    ['numbers', characters('0123456789 ', 16_000)],
    ['JSON', JSON.stringify(Array.from({ length: 300 }, (_, id) => ({ id, at: base64(9) })))],
    ['Hindi', 'यह एक छोटा सा वाक्य है जो बार-बार आता है। '.repeat(90)],
    ['German', 'Die Straßenverkehrsordnung überrascht größere Käfer häufig. '.repeat(150)],
    ['Russian', 'Съешь же ещё этих мягких французских булок, да выпей чаю. '.repeat(120)],
    ['8,000 spaces', ' '.repeat(8000)],
    ['what looks like special tokens', '<|endoftext|>'.repeat(100)],
  ])('have the tokens of %s', async (name, text) => {
    const conversation = name.replace(/\W/g, '-')
    const dry = await dryRun('gpt-4o', text.slice(0, 6000))
    expect(dry.counted_by.method).toBe('o200k_base')
    const response = await say('other-model', conversation, text)
    const exact = lastSent()
    const recorded = await planOf(response)
    expect(Math.abs(totalOf(recorded) / exact - 1)).toBeLessThan(0.01)
    expect(recorded.counted_by.method).toBe('o200k_base')
  })

  it('cut a history that is too long, though it has few bytes', async () => {
    for (let turn = 0; turn < 8; turn++) {
      const response = await say('gpt-4o', 'long', base64(6000))
      expect(response.status).toBe(200)
      const sent = lastSent()
      expect(sent).toBeLessThanOrEqual(8000 - 1024)
      expect(Math.abs(totalOf(await planOf(response)) / sent - 1)).toBeLessThan(0.01)
    }
  })

  it('follow what a provider reports', async () => {
    reportedFactor = 1.25
    let method = ''
    for (let turn = 0; turn < 12 && !method.includes('×'); turn++) {
      const response = await say('other-model', `learn-${turn}`, base64(3000))
      ;({ method } = (await planOf(response)).counted_by)
    }
    reportedFactor = 1
    expect(method).toMatch(/^o200k_base×1\.\d\d$/)
  })
})

describe('a count that is asked for', () => {
  const text = base64(3000)
  const exact = countTokens(text) + overhead

  it.each([
    ['/v1/responses/input_tokens', { model: 'gpt-4o', input: text }, 'input_tokens'],
    [
      '/v1/messages/count_tokens',
      { model: 'gpt-4o', messages: [{ role: 'user', content: text }] },
      'input_tokens',
    ],
    [
      '/v1beta/models/gpt-4o:countTokens',
      { contents: [{ role: 'user', parts: [{ text }] }] },
      'totalTokens',
    ],
  ])('at %s is that of the tokenizer', async (path, body, field) => {
    const response = await post(fairlead.endpoints, path, body)
    expect(response.status).toBe(200)
    const answer = (await response.json()) as Record<string, unknown>
    expect(answer[field]).toBe(exact)
  })
})
