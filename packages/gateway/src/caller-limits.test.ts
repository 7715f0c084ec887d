import { FakeClock } from '@fairlead/base/testing'
import { type Counters, CounterStoreUnavailable } from '@fairlead/usage'
import { describe, expect, it } from 'vitest'
import { consumerOf, simulatorOf } from './test-support/snapshot.ts'
import { testGateway } from './test-support/test-gateway.ts'
import { limitOf, usagePolicyOf } from './test-support/usage-policy.ts'

const body = { model: 'gpt-4o', max_tokens: 10, messages: [{ role: 'user', content: 'hi there' }] }
const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

async function gatewayWith(
  usagePolicies: NonNullable<Parameters<typeof testGateway>[0]>['usagePolicies'],
  options: object = {},
) {
  const gateway = await testGateway({
    gateway: { auth: 'Required' },
    providers: [simulatorOf('simulator')],
    consumers: [consumerOf('ann', { groups: ['blue', 'red'] }), consumerOf('bob')],
    secrets: { ann: 'ann', bob: 'bob' },
    ...(usagePolicies && { usagePolicies }),
    options: { clock: new FakeClock(), ...options },
  })
  const usage = async (key: string) => {
    const response = await fetch(`${gateway.url}/v1/usage`, { headers: bearer(key) })
    expect(response.status).toBe(200)
    return (await response.json()) as {
      readonly total: object
      readonly limits?: readonly object[]
    }
  }
  const chat = async (key: string) => {
    const response = await gateway.chat(body, bearer(key))
    expect(response.status).toBe(200)
    await response.text()
  }
  return { chat, usage }
}

const month = { type: 'Calendar', period: 'Month', timeZone: 'UTC' } as const

describe('limits of GET /v1/usage', () => {
  it('are those that hold for the caller whatever it asks for', async () => {
    const { chat, usage } = await gatewayWith([
      usagePolicyOf('each', {
        per: [{ by: 'Consumer' }],
        limits: [
          limitOf('burst', { amount: 60 }),
          limitOf('month', {
            measure: 'Cost',
            amount: 5_000_000_000,
            window: month,
            onUnpriced: 'Allow',
          }),
        ],
        concurrency: 4,
      }),
      usagePolicyOf('teams', {
        per: [{ by: 'Group' }],
        match: { groups: ['red'] },
        limits: [limitOf('shared', { amount: 100 })],
      }),
      usagePolicyOf('everybody', { limits: [limitOf('all', { amount: 1000 })] }),
      usagePolicyOf('of-bob', {
        targets: [{ kind: 'Consumer', key: 'default/bob' }],
        limits: [limitOf('own', { amount: 7 })],
      }),
    ])
    await chat('ann')
    await chat('ann')
    await chat('bob')
    const requests = { measure: 'requests', reserved: '0', resets_at: '2026-01-01T00:01:01.000Z' }
    const [burst, cost, running, ...shared] = (await usage('ann')).limits ?? []
    expect(burst).toEqual({
      ...requests,
      policy: 'default/each',
      limit: 'burst',
      subject: 'default/ann',
      used: '2',
      amount: '60',
    })
    expect(cost).toMatchObject({
      limit: 'month',
      measure: 'cost_usd',
      amount: '5',
      resets_at: '2026-02-01T00:00:00.000Z',
    })
    expect(running).toMatchObject({
      limit: 'concurrency',
      measure: 'running_calls',
      used: '0',
      reserved: '0',
      amount: '4',
      resets_at: null,
    })
    expect(shared).toMatchObject([
      { policy: 'default/teams', subject: 'blue', used: '2', amount: '100' },
      { policy: 'default/teams', subject: 'red', used: '2', amount: '100' },
      { policy: 'default/everybody', subject: null, used: '3', amount: '1000' },
    ])
    const names = (await usage('bob')).limits?.map((one) =>
      Object.values(one).slice(0, 2).join('/'),
    )
    expect(names).toEqual([
      'default/each/burst',
      'default/each/month',
      'default/each/concurrency',
      'default/everybody/all',
      'default/of-bob/own',
    ])
  })

  it('are not those that depend on the call, and refuse nothing', async () => {
    const { usage } = await gatewayWith([
      usagePolicyOf('models', { match: { models: ['gpt-*'] }, limits: [limitOf('a')] }),
      usagePolicyOf('headers', { match: { headers: [{ name: 'x', value: '1' }] } }),
      usagePolicyOf('condition', { match: { cel: 'request.stream' }, limits: [limitOf('a')] }),
      usagePolicyOf('each-model', { per: [{ by: 'Model' }], limits: [limitOf('a')] }),
      usagePolicyOf('people', { per: [{ by: 'EndUser' }], limits: [limitOf('a')] }),
      usagePolicyOf('tried', { mode: 'Shadow', limits: [limitOf('a')] }),
      usagePolicyOf('others', { match: { consumers: ['default/bob'] }, limits: [limitOf('a')] }),
    ])
    expect((await usage('ann')).limits).toEqual([])
    expect((await usage('bob')).limits).toMatchObject([{ policy: 'default/others' }])
  })

  it('are missing while their store does not answer, and what was used is not', async () => {
    const counters: Counters = {
      reserve: () => Promise.reject(new CounterStoreUnavailable('gone')),
      uncounted: (claims) => ({ claims, views: [] }),
      settle: () => {},
      view: () => Promise.reject(new CounterStoreUnavailable('gone')),
      close: () => Promise.resolve(),
    }
    const { usage } = await gatewayWith([usagePolicyOf('all', { limits: [limitOf('a')] })], {
      openCounters: () => counters,
    })
    const answer = await usage('ann')
    expect(answer).toMatchObject({ total: { calls: 0 }, limits_unavailable: true })
    expect(answer.limits).toBeUndefined()
  })

  it('are none without a policy', async () => {
    const { usage } = await gatewayWith([])
    expect((await usage('ann')).limits).toEqual([])
  })
})
