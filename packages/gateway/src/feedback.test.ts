import { FakeClock } from '@fairlead/base/testing'
import { CounterStoreUnavailable, MemoryLedger } from '@fairlead/usage'
import { describe, expect, it } from 'vitest'
import { consumerOf, promptOf, shareOf, simulatorOf } from './test-support/snapshot.ts'
import { type TestGateway, testGateway } from './test-support/test-gateway.ts'

const messages = [{ role: 'user' as const, content: 'Hello' }]
const greet = promptOf(
  'greet',
  ['1', '2'].map((version) => ({ version, messages, model: 'm' })),
  { rollout: [shareOf('2')] },
)
const everything = {
  models: ['*'],
  promptTemplates: ['*'],
  personas: [],
  contextStrategies: [],
}
const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

async function start(ledger = new MemoryLedger()) {
  const clock = new FakeClock()
  const gateway = await testGateway({
    gateway: { auth: 'Optional', anonymousAccess: everything },
    providers: [simulatorOf('simulator')],
    prompts: [greet],
    consumers: ['app', 'other'].map((name) => consumerOf(name, { access: everything })),
    secrets: { app: 'good', other: 'else' },
    options: { clock, ledger },
  })
  return { clock, gateway, ledger }
}

async function call(gateway: TestGateway, path = '/prompts/default/greet', key = 'good') {
  const body = path.startsWith('/prompts') ? {} : { model: 'm', messages }
  const response = await gateway.post(path, body, bearer(key))
  expect(response.status).toBe(200)
  await response.text()
  return response.headers.get('x-fairlead-request-id') ?? ''
}

const rate = (gateway: TestGateway, body: object, key = 'good') =>
  gateway.post('/v1/feedback', body, bearer(key))

async function ratingsOf(gateway: TestGateway): Promise<unknown> {
  const response = await fetch(`${gateway.url}/v1/usage?by=prompt`, { headers: bearer('good') })
  const { data } = (await response.json()) as { readonly data: readonly Record<string, unknown>[] }
  return data.map(({ prompt, calls, ratings, mean_rating }) => [
    prompt,
    calls,
    ratings,
    mean_rating,
  ])
}

describe('POST /v1/feedback', () => {
  it('rates a call, and the prompt version that it used', async () => {
    const { gateway } = await start()
    const id = await call(gateway)
    await call(gateway)
    const response = await rate(gateway, { request_id: id, score: 0.75, comment: 'short' })
    expect(response.status).toBe(200)
    expect(await response.json()).toEqual({
      object: 'feedback',
      request_id: id,
      prompt: 'default/greet',
      prompt_version: '2',
      score: 0.75,
      replaced: false,
    })
    expect(await ratingsOf(gateway)).toEqual([['default/greet@2', 2, 1, 0.75]])
    const metrics = await gateway.registry.metrics()
    expect(metrics).toContain('fairlead_prompt_ratings_total{prompt="default/greet",version="2"} 1')
    expect(metrics).toContain(
      'fairlead_prompt_rating_sum_total{prompt="default/greet",version="2"} 0.75',
    )
    expect(metrics).not.toContain('short')
    const logged = gateway.logs.find(({ message }) => message === 'feedback')
    expect(logged?.fields).toMatchObject({ requestId: id, score: 0.75, comment: 'short' })
  })

  it('counts a call once, however often it is rated', async () => {
    const { gateway } = await start()
    const id = await call(gateway)
    await rate(gateway, { request_id: id, label: 'positive' })
    const again = await rate(gateway, { request_id: id, label: 'negative' })
    expect(await again.json()).toMatchObject({ score: 0, replaced: true })
    expect(await ratingsOf(gateway)).toEqual([['default/greet@2', 1, 1, 0]])
    expect(await gateway.registry.metrics()).toContain(
      'fairlead_prompt_ratings_total{prompt="default/greet",version="2"} 1',
    )
  })

  it.each<[string, (gateway: TestGateway, id: string) => Promise<Response>]>([
    ['of another Consumer', (gateway, id) => rate(gateway, { request_id: id, score: 1 }, 'else')],
    ['that has never been', (gateway) => rate(gateway, { request_id: 'req_0', score: 1 })],
    [
      'without a prompt',
      async (gateway) => {
        const plain = await call(gateway, '/v1/chat/completions')
        return rate(gateway, { request_id: plain, score: 1 })
      },
    ],
  ])('knows no call %s', async (_, asked) => {
    const { gateway } = await start()
    const response = await asked(gateway, await call(gateway))
    expect(response.status).toBe(404)
    const { error } = (await response.json()) as { error: { code: string; message: string } }
    expect(error.code).toBe('request_not_found')
    expect(error.message).toContain('24 hours')
    expect(await ratingsOf(gateway)).toContainEqual(['default/greet@2', 1, 0, null])
  })

  it('forgets calls after a day', async () => {
    const { clock, gateway } = await start()
    const id = await call(gateway)
    await clock.advance(86_400_000)
    expect((await rate(gateway, { request_id: id, score: 1 })).status).toBe(200)
    await clock.advance(1)
    expect((await rate(gateway, { request_id: id, score: 1 })).status).toBe(404)
  })

  it.each([
    [{ score: 1 }, 'request_id'],
    [{ request_id: 'r' }, 'score'],
    [{ request_id: 'r', score: 1.1 }, 'score'],
    [{ request_id: 'r', score: -1 }, 'score'],
    [{ request_id: 'r', score: '1' }, 'score'],
    [{ request_id: 'r', score: 1, label: 'positive' }, 'label'],
    [{ request_id: 'r', label: 'great' }, 'label'],
    [{ request_id: 'r', score: 1, metric: 'tone' }, 'metric'],
    [{ request_id: 'r', score: 1, comment: 'x'.repeat(2001) }, 'comment'],
    [{ request_id: 'r'.repeat(129), score: 1 }, 'request_id'],
  ])('refuses %j', async (body, param) => {
    const { gateway } = await start()
    const response = await rate(gateway, body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { param } })
  })

  it('is for callers with a key', async () => {
    const { gateway } = await start()
    const response = await gateway.post('/v1/feedback', { request_id: 'r', score: 1 })
    expect(response.status).toBe(403)
  })

  it('is a 503 while ratings cannot be stored', async () => {
    const ledger = new MemoryLedger()
    ledger.rate = () => Promise.reject(new CounterStoreUnavailable('away'))
    const { gateway } = await start(ledger)
    expect((await rate(gateway, { request_id: 'r', score: 1 })).status).toBe(503)
  })
})

describe('the metrics of a prompt version', () => {
  it('are calls, seconds and tokens', async () => {
    const { gateway } = await start()
    await call(gateway)
    const metrics = await gateway.registry.metrics()
    const labels = 'prompt="default/greet",version="2"'
    expect(metrics).toContain(`fairlead_prompt_requests_total{${labels},status="2xx"} 1`)
    expect(metrics).toContain(`fairlead_prompt_duration_seconds_count{${labels}} 1`)
    expect(metrics).toMatch(
      new RegExp(`fairlead_prompt_tokens_total{${labels},type="input"} [1-9]`),
    )
  })
})
