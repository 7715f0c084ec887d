import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it } from 'vitest'
import { keyedProvider, routeOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, completion, json } from './test-support/upstream.ts'

const messages = [{ role: 'user', content: 'hi' }]

const told = (remaining: number): Answer =>
  json(200, completion('x'), {
    'x-ratelimit-limit-requests': '100',
    'x-ratelimit-remaining-requests': String(remaining),
    'x-ratelimit-reset-requests': '10s',
  })

/** Two providers of equal weight, of which the first has little left; draws are in the middle. */
async function scarce(parts: Parameters<typeof routeOf>[2] = {}) {
  const clock = new FakeClock()
  const first = await testUpstream(told(10))
  const second = await testUpstream(told(90))
  const draw = { next: 0 }
  const gateway = await testGateway({
    providers: [
      keyedProvider('first', { baseURL: first.url }),
      keyedProvider('second', { baseURL: second.url }),
    ],
    secrets: { first: 'sk-1', second: 'sk-2' },
    routes: [
      routeOf('r', [{ provider: 'first' }, { provider: 'second' }], {
        strategy: 'Weighted',
        ...parts,
      }),
    ],
    options: { clock, random: () => draw.next },
  })
  const ask = async (headers: Record<string, string> = {}) => {
    const response = await gateway.chat({ model: 'm', messages }, headers)
    await response.text()
    return response.headers.get('x-fairlead-target')
  }
  return { ask, clock, draw, gateway }
}

describe('the quota that a provider tells of', () => {
  it('has it drawn less often while little is left', async () => {
    const { ask, clock, draw } = await scarce()
    expect(await ask()).toBe('first')
    // Weights are 0.2 and 1 now.
    draw.next = 0.16
    expect(await ask()).toBe('first')
    draw.next = 0.17
    expect(await ask()).toBe('second')
    await clock.advance(10_000)
    expect(await ask()).toBe('first')
  })

  it('leaves alone who sticks to a target', async () => {
    const stickiness = { by: 'Header', header: 'x-user' } as const
    const { ask } = await scarce({ stickiness })
    const users = Array.from({ length: 8 }, (_, user) => ({ 'x-user': `user-${user}` }))
    const homes = []
    for (const user of users) homes.push(await ask(user))
    expect(new Set(homes).size).toBe(2)
    const again = []
    for (const user of users) again.push(await ask(user))
    expect(again).toEqual(homes)
  })

  it('is told by the explanation of a route, and by a metric', async () => {
    const { ask, gateway } = await scarce()
    await ask()
    const response = await gateway.post('/v1/route', { model: 'm', messages })
    const { targets } = (await response.json()) as { targets: readonly object[] }
    expect(targets).toMatchObject([
      { target: 'first', quota_remaining: 0.1 },
      { target: 'second', quota_remaining: null },
    ])
    expect(await gateway.registry.metrics()).toContain(
      'fairlead_provider_quota_remaining_ratio{provider="default/first"} 0.1',
    )
  })

  it('has its keys drawn less often, too, and counts what refusals tell', async () => {
    const upstream = await testUpstream(json(200, completion('x')))
    const draw = { next: 0 }
    const keyOf = (name: string) => ({
      name,
      weight: 1,
      secret: { namespace: 'default', name, key: 'api-key' },
    })
    const gateway = await testGateway({
      providers: [
        keyedProvider('p', { baseURL: upstream.url, credentials: [keyOf('one'), keyOf('two')] }),
      ],
      secrets: { one: 'sk-one', two: 'sk-two' },
      options: { random: () => draw.next },
    })
    const used = async () => {
      await (await gateway.chat({ model: 'm', messages })).text()
      return upstream.requests.at(-1)?.headers['authorization']
    }
    upstream.answer = json(
      400,
      { error: { message: 'no', type: 'invalid_request_error' } },
      {
        'x-ratelimit-limit-tokens': '1000',
        'x-ratelimit-remaining-tokens': '100',
      },
    )
    expect(await used()).toBe('Bearer sk-one')
    upstream.answer = json(200, completion('x'))
    draw.next = 0.16
    expect(await used()).toBe('Bearer sk-one')
    draw.next = 0.17
    expect(await used()).toBe('Bearer sk-two')
  })
})
