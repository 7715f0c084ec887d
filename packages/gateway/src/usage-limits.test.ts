import { describe, expect, it } from 'vitest'
import { consumerOf, keyedProvider, routeOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { chunks, completion, json, sse } from './test-support/upstream.ts'
import { limitOf, usagePolicyOf } from './test-support/usage-policy.ts'

const messages = [{ role: 'user', content: 'hi' }]

/** A gateway before an upstream that answers with 12 + 3 tokens. */
async function limited(
  usagePolicies: Parameters<typeof testGateway>[0]['usagePolicies'],
  more: Partial<Parameters<typeof testGateway>[0]> = {},
) {
  const upstream = await testUpstream(json(200, completion('x')))
  const gateway = await testGateway({
    providers: [keyedProvider('openai', { baseURL: upstream.url })],
    secrets: { openai: 'sk', ann: 'ann', bob: 'bob' },
    ...(usagePolicies === undefined ? {} : { usagePolicies }),
    ...more,
  })
  const chat = (body: object = {}, headers: Record<string, string> = {}) =>
    gateway.chat({ model: 'gpt-test', messages, ...body }, headers)
  return { upstream, gateway, chat }
}

const team = {
  gateway: { auth: 'Required' as const },
  consumers: [
    consumerOf('ann', { groups: ['red', 'blue'] }),
    consumerOf('bob', { groups: ['blue'] }),
  ],
}
const as = (name: string) => ({ 'x-fairlead-key': name })

describe('a limit of requests', () => {
  it('refuses what is more, and names itself', async () => {
    const { chat, gateway } = await limited([
      usagePolicyOf('team', { limits: [limitOf('burst', { amount: 2 })] }),
    ])
    const first = await chat()
    expect(first.status).toBe(200)
    expect(Object.fromEntries(first.headers)).toMatchObject({
      'x-ratelimit-limit-requests': '2',
      'x-ratelimit-remaining-requests': '1',
    })
    expect((await chat()).headers.get('x-ratelimit-remaining-requests')).toBe('0')
    const refused = await chat()
    expect(refused.status).toBe(429)
    expect(await refused.json()).toMatchObject({ error: { code: 'rate_limit_exceeded' } })
    expect(refused.headers.get('x-fairlead-limit')).toBe('default/team/burst')
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(gateway.logs.at(-1)?.fields).toMatchObject({
      status: 429,
      error: 'rate_limit_exceeded',
      limits: [{ limit: 'default/team/burst', amount: '2', used: '2', wanted: '1' }],
    })
  })

  it('counts each consumer, group, key, model and end user of its own', async () => {
    const { chat } = await limited(
      [
        usagePolicyOf('each', {
          per: [{ by: 'Consumer' }, { by: 'Model' }],
          limits: [limitOf('one')],
        }),
      ],
      team,
    )
    expect((await chat({}, as('ann'))).status).toBe(200)
    expect((await chat({}, as('bob'))).status).toBe(200)
    expect((await chat({ model: 'other' }, as('ann'))).status).toBe(200)
    expect((await chat({}, as('ann'))).status).toBe(429)
  })

  it('needs room for every group of the caller', async () => {
    const { chat } = await limited(
      [usagePolicyOf('groups', { per: [{ by: 'Group' }], limits: [limitOf('one')] })],
      team,
    )
    expect((await chat({}, as('bob'))).status).toBe(200)
    expect((await chat({}, as('ann'))).status).toBe(429)
  })

  it('holds where another one would not', async () => {
    const { chat } = await limited([
      usagePolicyOf('wide', { limits: [limitOf('many', { amount: 10 })] }),
      usagePolicyOf('narrow', { match: { models: ['gpt-*'] }, limits: [limitOf('few')] }),
    ])
    const first = await chat()
    expect(first.headers.get('x-ratelimit-limit-requests')).toBe('1')
    const refused = await chat()
    expect(refused.headers.get('x-fairlead-limit')).toBe('default/narrow/few')
    const other = await chat({ model: 'other' })
    expect(other.status).toBe(200)
    // What was refused has claimed nothing of the wide one.
    expect(other.headers.get('x-ratelimit-remaining-requests')).toBe('8')
  })
})

describe('a limit of tokens', () => {
  it('is settled with what the provider reports', async () => {
    const { chat } = await limited([
      usagePolicyOf('quota', {
        limits: [limitOf('daily', { measure: 'TotalTokens', amount: 1000 })],
      }),
    ])
    const first = await chat({ max_tokens: 100 })
    expect(first.status).toBe(200)
    const second = await chat({ max_tokens: 100 })
    // 15 of the first are used, and the second has claimed its body and 100 tokens.
    const left = Number(second.headers.get('x-ratelimit-remaining-tokens'))
    expect(left).toBeGreaterThan(400)
    expect(left).toBeLessThan(885)
  })

  it('refuses what might be too much, and says what would fit', async () => {
    const { chat, upstream } = await limited([
      usagePolicyOf('quota', {
        limits: [
          limitOf('daily', {
            measure: 'TotalTokens',
            amount: 1000,
            window: { type: 'Calendar', period: 'Day', timeZone: 'UTC' },
          }),
        ],
      }),
    ])
    const refused = await chat({ max_tokens: 2000 })
    expect(refused.status).toBe(429)
    const { error } = (await refused.json()) as { error: { code: string; message: string } }
    expect(error.code).toBe('quota_exceeded')
    const fitting = Number(/max_tokens of (\d+)/.exec(error.message)?.[1])
    expect(upstream.requests).toHaveLength(0)
    expect((await chat({ max_tokens: fitting })).status).toBe(200)
  })

  it('is told at the beginning of a stream, and settled at its end', async () => {
    const { chat, upstream } = await limited([
      usagePolicyOf('quota', {
        limits: [limitOf('minute', { measure: 'OutputTokens', amount: 100 })],
      }),
    ])
    upstream.answer = sse(...chunks(['one', 'two', 'three']))
    const answer = await chat({ max_tokens: 60, stream: true })
    expect(answer.headers.get('x-ratelimit-remaining-tokens')).toBe('40')
    await answer.text()
    expect((await chat({ max_tokens: 60, stream: true })).status).toBe(200)
  })

  it('gives back what a failed call has not used', async () => {
    const { chat, upstream } = await limited([
      usagePolicyOf('quota', {
        limits: [limitOf('minute', { measure: 'OutputTokens', amount: 100 })],
      }),
    ])
    upstream.answer = json(500, { error: { message: 'no' } })
    expect((await chat({ max_tokens: 100 })).status).toBe(502)
    upstream.answer = json(200, completion('x'))
    expect((await chat({ max_tokens: 100 })).status).toBe(200)
  })
})

describe('limits of a provider', () => {
  it('pass a target over that is full, and say so where none is left', async () => {
    const upstream = await testUpstream(json(200, completion('x')))
    const limits = { requestsPerMinute: 1, tokensPerMinute: undefined, maxConcurrent: undefined }
    const gateway = await testGateway({
      providers: [
        keyedProvider('first', { baseURL: upstream.url, limits }),
        keyedProvider('second', { baseURL: upstream.url, limits }),
      ],
      secrets: { first: 'sk', second: 'sk' },
      routes: [routeOf('all', [{ provider: 'first' }, { provider: 'second' }])],
    })
    const chat = () => gateway.chat({ model: 'gpt-test', messages })
    expect((await chat()).headers.get('x-fairlead-target')).toBe('first')
    const second = await chat()
    expect(second.headers.get('x-fairlead-target')).toBe('second')
    expect(gateway.logs.at(-1)?.fields['passedOver']).toMatchObject([
      {
        target: 'first',
        reason: 'the limit LLMProvider/default/first/requestsPerMinute is reached',
      },
    ])
    const third = await chat()
    expect(third.status).toBe(429)
    expect(third.headers.get('x-fairlead-limit')).toContain('LLMProvider/default/')
  })
})
