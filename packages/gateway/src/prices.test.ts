import { request } from 'node:http'
import type { PriceBookSettings, PriceEntry } from '@fairlead/snapshot'
import { describe, expect, it, vi } from 'vitest'
import { consumerOf, keyedProvider, promptOf, routeOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { chunks, completion, json, sse } from './test-support/upstream.ts'

const hello = { role: 'user', content: 'hi' }

const entry: PriceEntry = {
  providers: [],
  models: [],
  effectiveFromMs: undefined,
  effectiveUntilMs: undefined,
  price: {
    input: '1',
    cachedInput: undefined,
    cacheWrite: undefined,
    cacheWrite1h: undefined,
    output: '2',
    reasoning: undefined,
    audioInput: undefined,
    audioOutput: undefined,
  },
  perRequest: '0',
  tiers: [],
}

function bookOf(name: string, parts: Partial<PriceBookSettings>): PriceBookSettings {
  return {
    namespace: 'default',
    name,
    generation: 1,
    gateways: ['default/default'],
    catalogue: 'BuiltIn',
    markupPercent: '0',
    prices: [],
    ...parts,
  }
}

/** A gateway whose provider tells that an answer has used 1,000 and 100 tokens. */
async function bench(priceBooks: readonly PriceBookSettings[] = []) {
  const usage = { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 }
  const upstream = await testUpstream(json(200, completion('ok', { usage })))
  const gateway = await testGateway({
    providers: [keyedProvider('openai', { baseURL: upstream.url })],
    secrets: { openai: 'sk' },
    priceBooks,
  })
  const call = async (model: string) => {
    const response = await gateway.chat({ model, messages: [hello] })
    await response.text()
    const { fields } = gateway.logs.findLast(({ message }) => message === 'call') ?? {}
    return { header: response.headers.get('x-fairlead-cost-usd'), fields }
  }
  return { gateway, call }
}

describe('what a call costs', () => {
  it('is told in its head and in the log, by the catalogue', async () => {
    const { call } = await bench()
    const { header, fields } = await call('gpt-4o-mini')
    expect(header).toBe('0.00021')
    expect(fields).toMatchObject({ costUsd: '0.00021', priceState: 'Priced' })
  })

  it('is what the book says that names the gateway', async () => {
    const other = bookOf('other', { gateways: ['default/other'], catalogue: 'None' })
    const own = bookOf('own', { prices: [entry], markupPercent: '50' })
    const { call } = await bench([other, own])
    expect((await call('gpt-4o-mini')).header).toBe('0.0018')
  })

  it('is not known without a price, and never 0', async () => {
    const { call } = await bench([bookOf('own', { catalogue: 'None' })])
    const { header, fields } = await call('gpt-4o-mini')
    expect(header).toBeNull()
    expect(fields).toMatchObject({ costUsd: undefined, priceState: 'Unpriced', unpriced: true })
  })

  it('is reported as unknown until there is a price', async () => {
    const { gateway, call } = await bench()
    await call('my-own')
    await call('gpt-4o-mini')
    expect(gateway.report().unpriced).toEqual([{ provider: 'default/openai', model: 'my-own' }])
    const snapshot = gateway.snapshots.current()
    if (snapshot === undefined) throw new Error('there is no snapshot')
    gateway.snapshots.set({ ...snapshot, priceBooks: [bookOf('own', { prices: [entry] })] })
    expect(gateway.report().unpriced).toBeUndefined()
  })

  it('is 0 only where the price says so', async () => {
    const price = { ...entry.price, input: '0', output: '0' }
    const { call } = await bench([bookOf('own', { prices: [{ ...entry, price }] })])
    const { header, fields } = await call('gpt-4o-mini')
    expect(header).toBe('0')
    expect(fields).toMatchObject({ costUsd: '0', priceState: 'Free', unpriced: undefined })
  })

  it('follows the configuration', async () => {
    const { gateway, call } = await bench()
    const snapshot = gateway.snapshots.current()
    if (snapshot === undefined) throw new Error('there is no snapshot')
    gateway.snapshots.set({ ...snapshot, priceBooks: [bookOf('own', { prices: [entry] })] })
    expect((await call('gpt-4o-mini')).header).toBe('0.0012')
  })
})

describe('several attempts', () => {
  const frame = (data: object) => `data: ${JSON.stringify(data)}\n\n`
  const chunk = { id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm' }

  it('cost together what each has told', async () => {
    const usage = { input_tokens: 100, output_tokens: 1 }
    const message = { id: 'm', type: 'message', role: 'assistant', model: 'm', content: [], usage }
    const overloaded = { type: 'overloaded_error', message: 'busy' }
    const busy = await testUpstream(
      sse(
        `event: message_start\n${frame({ type: 'message_start', message })}`,
        `event: error\n${frame({ type: 'error', error: overloaded })}`,
      ),
    )
    const choice = { index: 0, delta: { content: 'ok' }, finish_reason: 'stop' }
    const used = { prompt_tokens: 10, completion_tokens: 20, total_tokens: 30 }
    const able = await testUpstream(
      sse(
        frame({ ...chunk, choices: [choice] }),
        frame({ ...chunk, choices: [], usage: used }),
        'data: [DONE]\n\n',
      ),
    )
    const gateway = await testGateway({
      providers: [
        keyedProvider('claude', { type: 'Anthropic', baseURL: busy.url }),
        keyedProvider('openai', { baseURL: able.url }),
      ],
      routes: [
        routeOf(
          'both',
          [
            { provider: 'claude', model: 'claude-sonnet-4-5' },
            { provider: 'openai', model: 'gpt-4o-mini' },
          ],
          { retry: { attempts: 1, conditions: ['RateLimited'] } },
        ),
      ],
      secrets: { claude: 'sk', openai: 'sk' },
    })
    const response = await gateway.chat({ model: 'm', messages: [hello], stream: true })
    await response.text()
    const { fields } = gateway.logs.findLast((line) => line.message === 'call') ?? {}
    // 100 × 3 + 1 × 15 and 10 × 0.15 + 20 × 0.6 dollars per million.
    expect(fields).toMatchObject({ costUsd: '0.0003285', inputTokens: 110, outputTokens: 21 })
    const metrics = await gateway.registry.metrics()
    expect(metrics).toContain(
      'fairlead_provider_cost_usd_total{provider="default/claude",model="claude-sonnet-4-5"} 0.000315',
    )
    expect(metrics).toContain(
      'fairlead_provider_cost_usd_total{provider="default/openai",model="gpt-4o-mini"} 0.0000135',
    )
  })
})

describe('metrics of cost', () => {
  it('tell whose money it is, by names of the configuration', async () => {
    const usage = { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 }
    const upstream = await testUpstream(json(200, completion('ok', { usage })))
    const gateway = await testGateway({
      gateway: { auth: 'Optional' },
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      prompts: [promptOf('ask', [{ version: '1' }])],
      consumers: [consumerOf('app', { groups: ['sales', 'all'] })],
      secrets: { openai: 'sk', app: 'key-of-app' },
      priceBooks: [bookOf('own', { prices: [{ ...entry, models: ['gpt-4o-mini'] }] })],
    })
    const call = async (model: string, headers: Record<string, string> = {}) => {
      const authorization = 'Bearer key-of-app'
      const body = { model, messages: [hello] }
      await (await gateway.chat(body, { authorization, ...headers })).text()
    }
    await call('gpt-4o-mini', { 'x-fairlead-prompt': 'ask' })
    await call('gpt-4o-mini')
    await call('invented-name')
    const lines = (await gateway.registry.metrics())
      .split('\n')
      .filter((line) => /^fairlead_(?:unpriced_calls|\w+_cost_usd)_total/.test(line))
    expect(lines.toSorted()).toEqual([
      'fairlead_consumer_cost_usd_total{consumer="default/app"} 0.0024',
      'fairlead_group_cost_usd_total{group="all"} 0.0024',
      'fairlead_group_cost_usd_total{group="sales"} 0.0024',
      'fairlead_prompt_cost_usd_total{prompt="default/ask",version="1"} 0.0012',
      'fairlead_provider_cost_usd_total{provider="default/openai",model="gpt-4o-mini"} 0.0024',
      'fairlead_unpriced_calls_total{provider="default/openai",model="other"} 1',
    ])
  })
})

describe('a copy for a mirror', () => {
  it('costs at its provider, and nobody', async () => {
    const usage = { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 }
    const upstream = await testUpstream(json(200, completion('ok', { usage })))
    const gateway = await testGateway({
      providers: [
        keyedProvider('openai', { baseURL: upstream.url }),
        keyedProvider('copied', { baseURL: upstream.url }),
      ],
      routes: [
        routeOf('all', [{ provider: 'openai', model: 'gpt-4o-mini' }], {
          mirror: { provider: 'default/copied', model: 'gpt-4o-mini', percent: 100 },
        }),
      ],
      secrets: { openai: 'sk', copied: 'sk' },
    })
    await (await gateway.chat({ model: 'm', messages: [hello] })).text()
    await vi.waitFor(() => {
      const { fields } = gateway.logs.find(({ message }) => message === 'mirror') ?? {}
      expect(fields?.['mirror']).toMatchObject({ costUsd: '0.00021' })
    })
    const metrics = await gateway.registry.metrics()
    for (const provider of ['openai', 'copied']) {
      const labels = `{provider="default/${provider}",model="gpt-4o-mini"}`
      expect(metrics).toContain(`fairlead_provider_cost_usd_total${labels} 0.00021`)
    }
    expect(metrics).toContain('fairlead_consumer_cost_usd_total{consumer=""} 0.00021')
  })
})

describe('a stream that is cut', () => {
  const events = [
    {
      type: 'message_start',
      message: {
        id: 'm',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [],
        usage: { input_tokens: 1000, output_tokens: 1 },
      },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...Array.from({ length: 20 }, () => ({
      type: 'content_block_delta',
      index: 0,
      delta: { type: 'text_delta', text: 'four' },
    })),
  ]
  const frames = events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)

  it.each(['/v1/messages', '/v1/chat/completions'])(
    'costs what came, whatever its provider told before the end (%s)',
    async (path) => {
      const upstream = await testUpstream(sse(...frames))
      const gateway = await testGateway({
        providers: [keyedProvider('claude', { type: 'Anthropic', baseURL: upstream.url })],
        secrets: { claude: 'sk' },
      })
      const body = { model: 'claude-sonnet-4-5', max_tokens: 99, messages: [hello], stream: true }
      await (await gateway.post(path, body)).text()
      const { fields } = gateway.logs.findLast(({ message }) => message === 'call') ?? {}
      expect(fields).toMatchObject({
        error: 'upstream_stream_cut',
        inputTokens: 1000,
        usageEstimated: true,
        priceState: 'Priced',
      })
      expect(fields?.['outputTokens']).toBeGreaterThanOrEqual(20)
      expect(fields?.['outputTokens']).toBeLessThan(30)
      expect(Number(fields?.['costUsd'])).toBeGreaterThanOrEqual(0.0033)
    },
  )
})

describe('the end of a stream', () => {
  const usage = { prompt_tokens: 1000, completion_tokens: 100, total_tokens: 1100 }
  const told = `data: ${JSON.stringify({ id: 'chatcmpl-1', choices: [], usage })}\n\n`
  const frames = [...chunks(['a']).slice(0, -1), told, 'data: [DONE]\n\n']

  /** Asks as a client does that looks at trailers. */
  async function trailersOf(model: string) {
    const upstream = await testUpstream(sse(...frames))
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
    })
    const body = JSON.stringify({ model, messages: [hello], stream: true })
    const headers = { 'content-type': 'application/json' }
    const url = `${gateway.url}/v1/chat/completions`
    return new Promise((resolve, reject) => {
      const asking = request(url, { method: 'POST', headers }, (response) => {
        response.resume()
        response.on('end', () => {
          resolve({ announced: response.headers.trailer, trailers: response.trailers })
        })
      })
      asking.on('error', reject)
      asking.end(body)
    })
  }

  it('tells what it has cost', async () => {
    expect(await trailersOf('gpt-4o-mini')).toEqual({
      announced: 'x-fairlead-cost-usd',
      trailers: { 'x-fairlead-cost-usd': '0.00021' },
    })
  })

  it('tells and announces nothing where no price is known', async () => {
    expect(await trailersOf('my-own')).toEqual({ announced: undefined, trailers: {} })
  })
})
