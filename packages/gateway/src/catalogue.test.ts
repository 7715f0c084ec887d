import { describe, expect, it } from 'vitest'
import { keyedProvider, routeOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { completion, json } from './test-support/upstream.ts'

const hello = { role: 'user', content: 'hi' }
const image = { type: 'image_url', image_url: { url: 'https://x.test/a.png' } }
const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [{ type: 'text', text: 'hi' }],
  stop_reason: 'end_turn',
  usage: { input_tokens: 1, output_tokens: 1 },
}

async function anthropic(models: Parameters<typeof keyedProvider>[1] = {}) {
  const upstream = await testUpstream(json(200, message))
  const gateway = await testGateway({
    providers: [keyedProvider('claude', { type: 'Anthropic', baseURL: upstream.url, ...models })],
    secrets: { claude: 'sk' },
  })
  const maxTokens = async (body: object) => {
    const response = await gateway.chat({ messages: [hello], ...body })
    expect(response.status).toBe(200)
    return upstream.requests.at(-1)?.body['max_tokens']
  }
  return { gateway, maxTokens }
}

describe('what the catalogue knows of a model', () => {
  it('gives the longest answer where the caller sets none', async () => {
    const { maxTokens } = await anthropic()
    expect(await maxTokens({ model: 'claude-opus-4-8', reasoning_effort: 'max' })).toBe(128_000)
    expect(await maxTokens({ model: 'claude-3-haiku-20240307' })).toBe(4096)
    expect(await maxTokens({ model: 'claude-opus-4-8', max_tokens: 5 })).toBe(5)
  })

  it('is not asked where the configuration declares a model that it does not know', async () => {
    const own = { name: 'own', aliases: [], contextWindow: undefined, maxOutputTokens: 64_000 }
    const { maxTokens } = await anthropic({ models: [{ ...own, capabilities: [] }] })
    expect(await maxTokens({ model: 'own' })).toBe(64_000)
  })

  it('leaves room for the prompt in the window', async () => {
    const { maxTokens } = await anthropic()
    const long = { role: 'user', content: 'word '.repeat(90_000) }
    const model = 'claude-sonnet-4-5'
    const room = Number(await maxTokens({ model, messages: [long] }))
    expect(room).toBeLessThanOrEqual(200_000 - 450_000 / 3)
    expect(room).toBeGreaterThan(49_900)
    const over = { role: 'user', content: 'word '.repeat(150_000) }
    expect(await maxTokens({ model, messages: [over] })).toBe(1024)
  })

  it('counts for less than what the resource says', async () => {
    const { maxTokens } = await anthropic({
      models: [
        {
          name: 'claude-opus-4-8',
          aliases: ['best'],
          contextWindow: undefined,
          maxOutputTokens: 64_000,
          capabilities: [],
        },
      ],
    })
    expect(await maxTokens({ model: 'best' })).toBe(64_000)
  })

  it('gives the window that a conversation is fitted into', async () => {
    const { gateway } = await anthropic()
    const body = { model: 'claude-sonnet-4-5', messages: [hello] }
    const response = await gateway.chat(body, { 'x-fairlead-conversation': 'mine' })
    await response.text()
    const plan = await fetch(`${gateway.url}/v1/plans/${response.headers.get('x-fairlead-plan')}`)
    expect(await plan.json()).toMatchObject({ window: 200_000 })
  })

  it('gives the prices that a call is routed by', async () => {
    const upstream = await testUpstream(json(200, completion('ok')))
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      routes: [
        routeOf(
          'cheapest',
          [
            { name: 'dear', provider: 'openai', model: 'gpt-4o' },
            { name: 'cheap', provider: 'openai', model: 'gpt-4o-mini' },
            { name: 'unknown', provider: 'openai', model: 'my-own' },
          ],
          { strategy: 'LeastCost' },
        ),
      ],
      secrets: { openai: 'sk' },
    })
    await gateway.chat({ model: 'm', messages: [hello] })
    expect(upstream.requests[0]?.body['model']).toBe('gpt-4o-mini')
  })

  it('lets a target be passed over while another can answer, and says so', async () => {
    const able = await testUpstream(json(200, completion('seen')))
    const blind = await testUpstream(json(200, completion('unseen')))
    const providers = [
      keyedProvider('blind', { type: 'OpenAICompatible', preset: 'groq', baseURL: blind.url }),
      keyedProvider('able', { baseURL: able.url }),
    ]
    const gateway = await testGateway({
      providers,
      routes: [
        routeOf('all', [
          { provider: 'blind', model: 'llama-3.3-70b-versatile' },
          { provider: 'able', model: 'gpt-4o' },
        ]),
      ],
      secrets: { blind: 'sk', able: 'sk' },
    })
    const body = { model: 'm', messages: [{ role: 'user', content: [image] }] }
    expect(await (await gateway.chat(body)).json()).toMatchObject(completion('seen'))
    expect(blind.requests).toHaveLength(0)
    const response = await fetch(`${gateway.url}/v1/route`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    expect(await response.json()).toMatchObject({
      targets: [
        {
          target: 'able',
          model_facts: { context_window: 128_000, max_output_tokens: 16_384 },
          price: { input_per_million: '2.5', output_per_million: '10' },
        },
      ],
      passed_over: [{ target: 'blind', reason: 'its model lacks Vision, by the catalogue' }],
    })
  })
})
