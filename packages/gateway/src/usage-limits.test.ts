import { FakeClock } from '@fairlead/base/testing'
import { type Counters, CounterStoreUnavailable } from '@fairlead/usage'
import { describe, expect, it } from 'vitest'
import { consumerOf, keyedProvider, personaOf, routeOf } from './test-support/snapshot.ts'
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

describe('a limit of cost', () => {
  const priced = (perMillion: string) => ({
    ...keyedProvider('openai', {}),
    models: [
      {
        name: 'gpt-test',
        aliases: [],
        contextWindow: undefined,
        maxOutputTokens: undefined,
        capabilities: [],
        price: {
          inputPerMillion: perMillion,
          cachedInputPerMillion: undefined,
          cacheWritePerMillion: undefined,
          outputPerMillion: perMillion,
        },
      },
    ],
  })
  const budget = (dollars: number, more: Partial<ReturnType<typeof limitOf>> = {}) =>
    usagePolicyOf('budget', {
      limits: [limitOf('month', { measure: 'Cost', amount: dollars * 1e9, ...more })],
    })

  async function before(perMillion: string, policy: ReturnType<typeof usagePolicyOf>) {
    const upstream = await testUpstream(json(200, completion('x')))
    return limited([policy], {
      providers: [{ ...priced(perMillion), baseURL: upstream.url }],
    })
  }

  it('is claimed at the most that the call can cost, and settled with what it has', async () => {
    // A dollar for a million tokens: with about 300 of input, 700 of output are about 0.001.
    const { chat } = await before('1', budget(0.001))
    const refused = await chat({ max_tokens: 1000 })
    expect(refused.status).toBe(429)
    const { error } = (await refused.json()) as { error: { code: string; message: string } }
    expect(error.code).toBe('budget_exceeded')
    expect(error.message).toMatch(/0\.001 US dollars/)
    const fitting = Number(/max_tokens of (\d+)/.exec(error.message)?.[1])
    expect(fitting).toBeGreaterThan(500)
    expect((await chat({ max_tokens: fitting })).status).toBe(200)
    // 15 tokens of that were used.
    expect((await chat({ max_tokens: fitting - 20 })).status).toBe(200)
  })

  it('refuses what has no price, or does not count it, as the limit says', async () => {
    const denied = await limited([budget(1)])
    const refused = await denied.chat()
    expect(refused.status).toBe(403)
    const { error } = (await refused.json()) as { error: { code: string; message: string } }
    expect(error.code).toBe('price_unknown')
    expect(error.message).toMatch(/the price of "[^"]+" at [^ ]+\/[^ ]+ is not known/)
    const allowed = await limited([budget(1, { onUnpriced: 'Allow' })])
    expect((await allowed.chat()).status).toBe(200)
  })

  it('counts tokens without a price like the dearest ones that have one', async () => {
    const upstream = await testUpstream(json(200, completion('x')))
    const { chat } = await limited([budget(0.001, { onUnpriced: 'CountTokens' })], {
      providers: [
        { ...priced('1'), baseURL: upstream.url },
        keyedProvider('unpriced', { baseURL: upstream.url }),
      ],
      routes: [routeOf('all', [{ provider: 'unpriced', model: 'mystery' }])],
      secrets: { openai: 'sk', unpriced: 'sk' },
    })
    expect((await chat({ max_tokens: 1000 })).status).toBe(429)
    expect((await chat({ max_tokens: 400 })).status).toBe(200)
  })
})

describe('whose a counter is', () => {
  it('may be an end user, whom the body names where no token does', async () => {
    const { chat } = await limited([
      usagePolicyOf('users', { per: [{ by: 'EndUser' }], limits: [limitOf('one')] }),
    ])
    expect((await chat({ user: 'a' })).status).toBe(200)
    expect((await chat({ safety_identifier: 'b' })).status).toBe(200)
    expect((await chat()).status).toBe(200)
    expect((await chat({ user: 'a' })).status).toBe(429)
    expect((await chat()).status).toBe(429)
  })

  it('may be a key, or the value of an expression', async () => {
    const { chat } = await limited(
      [
        usagePolicyOf('keys', { per: [{ by: 'Key' }], limits: [limitOf('two', { amount: 2 })] }),
        usagePolicyOf('sizes', {
          per: [{ by: 'CEL', cel: "request.headers['x-team']" }],
          limits: [limitOf('one')],
        }),
      ],
      team,
    )
    expect((await chat({}, { ...as('ann'), 'x-team': 'a' })).status).toBe(200)
    expect((await chat({}, { ...as('ann'), 'x-team': 'b' })).status).toBe(200)
    const refused = await chat({}, { ...as('ann'), 'x-team': 'c' })
    expect(refused.headers.get('x-fairlead-limit')).toBe('default/keys/two')
    // What cannot be evaluated is counted together.
    expect((await chat({}, as('bob'))).status).toBe(200)
    const other = await chat({}, as('bob'))
    expect(other.headers.get('x-fairlead-limit')).toBe('default/sizes/one')
  })

  it('is nobody else for a name that looks like two', async () => {
    const { chat } = await limited([
      usagePolicyOf('pairs', {
        per: [{ by: 'Model' }, { by: 'EndUser' }],
        limits: [limitOf('one')],
      }),
    ])
    expect((await chat({ model: 'a/b', user: 'c' })).status).toBe(200)
    expect((await chat({ model: 'a', user: 'b/c' })).status).toBe(200)
    expect((await chat({ model: 'x', user: '-' })).status).toBe(200)
    expect((await chat({ model: 'x' })).status).toBe(200)
    expect((await chat({ model: 'y', user: 'z'.repeat(5000) })).status).toBe(200)
    expect((await chat({ model: 'y', user: 'z'.repeat(5001) })).status).toBe(200)
    expect((await chat({ model: 'y', user: 'z'.repeat(5001) })).status).toBe(429)
  })
})

describe('a policy', () => {
  it('holds where its expression cannot be evaluated, which is counted and logged', async () => {
    const { chat, gateway } = await limited([
      usagePolicyOf('gold', {
        match: { cel: "request.headers['x-tier'] == 'gold'" },
        limits: [limitOf('one')],
      }),
    ])
    expect((await chat({}, { 'x-tier': 'silver' })).status).toBe(200)
    expect((await chat({}, { 'x-tier': 'silver' })).status).toBe(200)
    expect((await chat()).status).toBe(200)
    expect((await chat()).status).toBe(429)
    expect(gateway.logs.filter(({ fields }) => fields['policy'] === 'default/gold')).toHaveLength(1)
    expect(await gateway.registry.metrics()).toContain(
      'fairlead_usage_expression_failures_total{policy="default/gold"} 2',
    )
  })

  it('that only reports refuses nothing, and tells what it would', async () => {
    const { chat, gateway } = await limited([
      usagePolicyOf('trial', { mode: 'Shadow', limits: [limitOf('one')] }),
    ])
    expect((await chat()).headers.get('x-ratelimit-limit-requests')).toBeNull()
    expect((await chat()).status).toBe(200)
    expect(gateway.logs.at(-1)?.fields).toMatchObject({ shadowRefusals: ['default/trial/one'] })
    expect(await gateway.registry.metrics()).toContain(
      'fairlead_usage_refusals_total{policy="default/trial",limit="one",reason="Shadow"} 1',
    )
  })

  it('may be attached to a rule, a consumer and a prompt', async () => {
    const { chat } = await limited(
      [
        usagePolicyOf('rule', {
          targets: [{ kind: 'RoutingPolicy', key: 'default/policy', rule: 'big' }],
          limits: [limitOf('one')],
        }),
        usagePolicyOf('bob', {
          targets: [{ kind: 'Consumer', key: 'default/bob' }],
          limits: [limitOf('one')],
        }),
        usagePolicyOf('elsewhere', {
          targets: [{ kind: 'LLMGateway', key: 'default/other' }],
          limits: [limitOf('none', { amount: 0 })],
        }),
      ],
      {
        ...team,
        routes: [
          routeOf('big', [{ provider: 'openai' }], { match: { models: ['big'] } }),
          routeOf('rest', [{ provider: 'openai' }]),
        ],
      },
    )
    expect((await chat({ model: 'big' }, as('ann'))).status).toBe(200)
    expect((await chat({ model: 'big' }, as('ann'))).status).toBe(429)
    expect((await chat({}, as('ann'))).status).toBe(200)
    expect((await chat({}, as('bob'))).status).toBe(200)
    const refused = await chat({}, as('bob'))
    expect(refused.headers.get('x-fairlead-limit')).toBe('default/bob/one')
  })

  it('warns once when a percentage is reached', async () => {
    const { chat, gateway } = await limited([
      usagePolicyOf('team', { limits: [limitOf('burst', { amount: 4, warnAt: [50, 75] })] }),
    ])
    for (let call = 0; call < 4; call += 1) await chat()
    const metrics = await gateway.registry.metrics()
    for (const percent of [50, 75]) {
      expect(metrics).toContain(
        `fairlead_usage_threshold_crossed_total{policy="default/team",limit="burst",percent="${percent}"} 1`,
      )
    }
  })

  it('does not charge what was refused, where it says so', async () => {
    const { chat, upstream } = await limited([
      usagePolicyOf('kind', {
        limits: [limitOf('one')],
        charges: { replayed: 'Requests', refused: 'Nothing' },
      }),
    ])
    upstream.answer = json(400, { error: { message: 'no', type: 'invalid_request_error' } })
    expect((await chat()).status).toBe(400)
    upstream.answer = json(200, completion('x'))
    expect((await chat()).status).toBe(200)
    expect((await chat()).status).toBe(429)
  })
})

describe('instead of refusing', () => {
  it('another model is called, once', async () => {
    const { chat, gateway, upstream } = await limited([
      usagePolicyOf('big', {
        match: { models: ['big'] },
        limits: [limitOf('one')],
        onExceeded: { action: 'Route', model: 'small' },
      }),
      usagePolicyOf('small', { match: { models: ['small'] }, limits: [limitOf('one')] }),
    ])
    await chat({ model: 'big' })
    const routed = await chat({ model: 'big' })
    expect(routed.status).toBe(200)
    expect(routed.headers.get('x-fairlead-model')).toBe('small')
    expect(upstream.requests.at(-1)?.body['model']).toBe('small')
    expect(gateway.logs.at(-1)?.fields).toMatchObject({ model: 'small', routedInsteadOf: 'big' })
    const refused = await chat({ model: 'big' })
    expect(refused.status).toBe(429)
    expect(refused.headers.get('x-fairlead-limit')).toBe('default/big/one')
    expect(gateway.logs.at(-1)?.fields).toMatchObject({ model: 'big', routedInsteadOf: undefined })
  })

  it('a call waits for its turn, and its caller may leave', async () => {
    const { gateway, upstream } = await limited(
      [
        usagePolicyOf('running', {
          concurrency: 1,
          onExceeded: { action: 'Queue', maxWaitMs: 20_000, maxLength: 3 },
        }),
      ],
      team,
    )
    const held: (() => void)[] = []
    upstream.answer = (response, request) => {
      held.push(() => json(200, completion('x'))(response, request))
    }
    const order: string[] = []
    const ask = (name: string, label: string, signal?: AbortSignal) =>
      fetch(`${gateway.url}/v1/chat/completions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...as(name) },
        body: JSON.stringify({ model: label, messages }),
        ...(signal === undefined ? {} : { signal }),
      })
    const running = ask('ann', 'first')
    await upstream.request(1)
    const waiting = [ask('ann', 'a1'), ask('ann', 'a2')]
    const leaver = new AbortController()
    await expect
      .poll(async () => gateway.registry.metrics())
      .toContain('fairlead_usage_queue_length 2')
    const gone = ask('bob', 'gone', leaver.signal)
    await expect
      .poll(async () => gateway.registry.metrics())
      .toContain('fairlead_usage_queue_length 3')
    expect((await ask('bob', 'full')).status).toBe(429)
    leaver.abort()
    await expect(gone).rejects.toThrow()
    await expect
      .poll(async () => gateway.registry.metrics())
      .toContain('fairlead_usage_queue_length 2')
    const bob = ask('bob', 'b1')
    await expect
      .poll(async () => gateway.registry.metrics())
      .toContain('fairlead_usage_queue_length 3')
    for (let call = 1; call <= 4; call += 1) {
      const { body } = await upstream.request(call)
      order.push(String(body['model']))
      held[call - 1]?.()
    }
    expect(order).toEqual(['first', 'a1', 'b1', 'a2'])
    for (const one of [running, ...waiting, bob]) expect((await one).status).toBe(200)
  })
})

describe('a queue that is full', () => {
  it.each([
    ['leaves another model, where that has room', ['big'], 200, 'small'],
    ['is not passed by calls of another model that it is for as well', [], 429, null],
  ])('%s', async (_, models, status, model) => {
    const { chat, gateway, upstream } = await limited([
      usagePolicyOf('running', {
        match: { models },
        concurrency: 1,
        onExceeded: { action: 'Queue', maxWaitMs: 20_000, maxLength: 1 },
      }),
      usagePolicyOf('budget', {
        match: { models: ['big'] },
        limits: [limitOf('one')],
        onExceeded: { action: 'Route', model: 'small' },
      }),
    ])
    let finish = () => {}
    upstream.answer = (response, request) => {
      const answer = () => json(200, completion('x'))(response, request)
      if (request.body['model'] === 'small') answer()
      else finish = answer
    }
    const running = chat({ model: 'big' })
    await upstream.request(1)
    const waiting = chat({ model: 'big' })
    await expect
      .poll(async () => gateway.registry.metrics())
      .toContain('fairlead_usage_queue_length 1')
    const told = await chat({ model: 'big' })
    expect(told.status).toBe(status)
    expect(told.headers.get('x-fairlead-model')).toBe(model)
    finish()
    expect((await running).status).toBe(200)
    expect((await waiting).headers.get('x-fairlead-model')).toBe('small')
  })
})

describe('a prompt that grows', () => {
  it('is claimed again when it is made', async () => {
    const long = 'word '.repeat(400)
    const { chat } = await limited(
      [
        usagePolicyOf('input', {
          limits: [limitOf('minute', { measure: 'InputTokens', amount: 2000 })],
        }),
      ],
      { personas: [personaOf('helpful', { instructions: long })] },
    )
    const short = await chat()
    expect(short.status).toBe(200)
    const refused = await chat({ context: { persona: 'helpful' } })
    expect(refused.status).toBe(429)
    expect(refused.headers.get('x-fairlead-limit')).toBe('default/input/minute')
    expect((await chat()).status).toBe(200)
  })
})

describe('a store that does not answer', () => {
  const broken = (): Counters => ({
    reserve: () => Promise.reject(new CounterStoreUnavailable('gone')),
    uncounted: (claims) => ({ claims, views: [] }),
    settle: () => {},
    view: () => Promise.reject(new CounterStoreUnavailable('gone')),
    close: () => Promise.resolve(),
  })

  it('has calls refused, or admitted, as their policies say', async () => {
    for (const [onStoreFailure, status] of [
      ['Deny', 503],
      ['Allow', 200],
    ] as const) {
      let tell: (problem: string | undefined) => void = () => {}
      const { chat, gateway } = await limited(
        [usagePolicyOf('team', { limits: [limitOf('one')], onStoreFailure })],
        {
          options: {
            openCounters: (_state, onAvailability) => {
              tell = onAvailability
              return broken()
            },
          },
        },
      )
      const answer = await chat()
      expect(answer.status).toBe(status)
      tell('gone')
      expect(gateway.report().problems).toMatchObject([
        { kind: 'UsagePolicy', name: 'team', reason: 'StateStoreUnavailable' },
      ])
      tell(undefined)
      expect(gateway.report().problems).toEqual([])
    }
  })
})

describe('headers', () => {
  it('are spelled as the API that was called has them', async () => {
    const { gateway } = await limited([
      usagePolicyOf('team', {
        limits: [
          limitOf('burst', { amount: 5 }),
          limitOf('minute', { measure: 'TotalTokens', amount: 100_000 }),
        ],
      }),
    ])
    const body = { model: 'gpt-test', max_tokens: 10, messages }
    const claude = await gateway.post('/v1/messages', body)
    expect(claude.status).toBe(200)
    expect(claude.headers.get('anthropic-ratelimit-requests-limit')).toBe('5')
    expect(claude.headers.get('anthropic-ratelimit-tokens-limit')).toBe('100000')
  })

  it('of the provider are not passed on where a policy is for the call', async () => {
    const told = { 'x-ratelimit-remaining-requests': '4711', 'x-ratelimit-limit-tokens': '1' }
    const { chat, upstream } = await limited([
      usagePolicyOf('gpt', {
        match: { models: ['gpt-*'] },
        limits: [limitOf('burst', { amount: 5 })],
      }),
    ])
    upstream.answer = json(200, completion('x'), told)
    const answer = await chat()
    expect(answer.headers.get('x-ratelimit-remaining-requests')).toBe('4')
    expect(answer.headers.get('x-ratelimit-limit-tokens')).toBeNull()
    const other = await chat({ model: 'other' })
    expect(other.headers.get('x-ratelimit-remaining-requests')).toBe('4711')
  })
})

describe('a stream that breaks off', () => {
  it('is settled with what came, wherever it is cut, and never holds what it has claimed', async () => {
    const { chat, upstream } = await limited([
      usagePolicyOf('running', {
        concurrency: 1,
        limits: [limitOf('minute', { measure: 'OutputTokens', amount: 1_000_000 })],
      }),
    ])
    const usage = { prompt_tokens: 12, completion_tokens: 9, total_tokens: 21 }
    const last = `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [], usage })}\n\n`
    const whole = [...chunks(['one', 'two']).slice(0, -1), last, 'data: [DONE]\n\n'].join('')
    let left = 1_000_000
    for (let cut = 1; cut <= whole.length; cut += 1) {
      upstream.answer = (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.write(whole.slice(0, cut), () => response.destroy())
      }
      const answer = await chat({
        stream: true,
        max_tokens: 1000,
        stream_options: { include_usage: true },
      })
      expect(answer.status).not.toBe(429)
      const told = answer.headers.get('x-ratelimit-remaining-tokens')
      if (told !== null) {
        // No call before has used more than the answer's nine tokens.
        expect(left - Number(told)).toBeLessThanOrEqual(cut === 1 ? 1000 : 1009)
        left = Math.min(left, Number(told) + 1000)
      }
      await answer.text().catch(() => '')
    }
  })
})

describe('a caller who leaves before the answer', () => {
  it('has used the prompt that the provider has read', async () => {
    const { chat, gateway, upstream } = await limited([
      usagePolicyOf('quota', {
        limits: [limitOf('minute', { measure: 'TotalTokens', amount: 1_000_000 })],
      }),
    ])
    const asked = Promise.withResolvers<void>()
    upstream.answer = () => asked.resolve()
    const leaving = new AbortController()
    const prompt = [{ role: 'user', content: 'x'.repeat(4000) }]
    const left = fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-test', max_tokens: 10, messages: prompt }),
      signal: leaving.signal,
    })
    await asked.promise
    leaving.abort()
    await expect(left).rejects.toThrow()
    await expect
      .poll(() => gateway.logs.findLast(({ message }) => message === 'call')?.fields)
      .toMatchObject({ status: 499, inputTokens: 1000, outputTokens: 0 })
    expect(await gateway.registry.metrics()).toMatch(
      /gen_ai_client_token_usage_sum\{.*gen_ai_token_type="input"\} 1000/,
    )
    upstream.answer = json(200, completion('x'))
    const next = await chat({ max_tokens: 10 })
    const remaining = Number(next.headers.get('x-ratelimit-remaining-tokens'))
    expect(remaining).toBeLessThan(999_000)
    expect(remaining).toBeGreaterThan(998_000)
  })
})

describe('expected use', () => {
  it('claims less than the most', async () => {
    const tokens = (reservation: 'Exact' | 'Expected') =>
      usagePolicyOf('quota', {
        reservation,
        limits: [limitOf('minute', { measure: 'TotalTokens', amount: 1000 })],
      })
    expect((await (await limited([tokens('Exact')])).chat()).status).toBe(429)
    expect((await (await limited([tokens('Expected')])).chat()).status).toBe(200)
  })
})

describe('what is reported', () => {
  it('has what running calls may use beyond their claims, which is nothing with exact ones', async () => {
    for (const [reservation, runningOvershoot] of [
      // 500 of the 1,000 output tokens, and the body's bytes instead of its estimated tokens.
      ['Expected', expect.stringMatching(/^8\d\d$/) as string],
      ['Exact', undefined],
    ] as const) {
      const clock = new FakeClock()
      const { chat, gateway, upstream } = await limited(
        [
          usagePolicyOf('quota', {
            reservation,
            limits: [limitOf('minute', { measure: 'TotalTokens', amount: 20_000 })],
          }),
        ],
        { options: { clock } },
      )
      let finish = () => {}
      upstream.answer = (response, request) => {
        finish = () => json(200, completion('x'))(response, request)
      }
      const running = chat({ max_tokens: 1000 })
      await upstream.request(1)
      const reported = async () => {
        await clock.advance(5000)
        const one = gateway.report().counters?.[0]
        return { used: one?.used, running: one?.runningOvershoot, overshoot: one?.overshoot }
      }
      await expect.poll(reported).toEqual({ used: '0', running: runningOvershoot, overshoot: '0' })
      finish()
      expect((await running).status).toBe(200)
      await expect.poll(reported).toEqual({ used: '15', running: undefined, overshoot: '0' })
    }
  })

  it('are the fullest counters, some seconds after calls', async () => {
    const clock = new FakeClock()
    const { chat, gateway } = await limited(
      [
        usagePolicyOf('team', {
          per: [{ by: 'EndUser' }],
          limits: [
            limitOf('month', {
              amount: 10,
              window: { type: 'Calendar', period: 'Month', timeZone: 'Europe/Rome' },
            }),
          ],
        }),
      ],
      { options: { clock } },
    )
    await chat({ user: 'a' })
    await chat({ user: 'b' })
    await chat({ user: 'b' })
    await clock.advance(5000)
    await expect
      .poll(() => gateway.report().counters)
      .toEqual([
        {
          policy: 'default/team',
          limit: 'month',
          subject: 'b',
          used: '2',
          reserved: '0',
          amount: '10',
          overshoot: '0',
          resetsAtMs: Date.parse('2026-01-31T23:00:00Z'),
        },
        expect.objectContaining({ subject: 'a', used: '1' }),
      ])
    expect(gateway.report().stateStore).toEqual({
      name: 'InProcess',
      available: true,
      message: '',
    })
  })

  it('begins anew with the window, over the end of daylight saving time', async () => {
    // In Rome, 25 October 2026 has 25 hours.
    const clock = new FakeClock(Date.parse('2026-10-24T22:30:00Z'))
    const { chat } = await limited(
      [
        usagePolicyOf('daily', {
          limits: [
            limitOf('day', {
              window: { type: 'Calendar', period: 'Day', timeZone: 'Europe/Rome' },
            }),
          ],
        }),
      ],
      { options: { clock } },
    )
    expect((await chat()).status).toBe(200)
    clock.setWallTime(Date.parse('2026-10-25T22:30:00Z'))
    const refused = await chat()
    expect(refused.status).toBe(429)
    expect(refused.headers.get('retry-after')).toBe('1800')
    clock.setWallTime(Date.parse('2026-10-25T23:00:01Z'))
    expect((await chat()).status).toBe(200)
  })
})
