import type { JsonObject } from '@fairlead/base'
import { createMemoryStore } from '@fairlead/context'
import { systemClock } from '@fairlead/base'
import { describe, expect, it } from 'vitest'
import { keyedProvider, providerOf, routeOf, strategyOf } from './test-support/snapshot.ts'
import { strictClaude } from './test-support/strict-claude.ts'
import {
  openInMemory,
  testGateway,
  type TestGateway,
  testUpstream,
} from './test-support/test-gateway.ts'
import { completion, json } from './test-support/upstream.ts'

const inChat = { 'x-fairlead-conversation': 'mine' }
const model = 'claude-sonnet-4-5'
const lookUp = { name: 'look_up', input_schema: { type: 'object' } }
const thinking = { type: 'enabled', budget_tokens: 2048 }

/** A turn in Anthropic's Messages: its status, the ids of its calls, and its plan. */
async function say(gateway: TestGateway, content: unknown, { use = '' } = {}) {
  const response = await gateway.post(
    '/v1/messages',
    {
      model,
      max_tokens: 8000,
      thinking,
      tools: [lookUp],
      messages: [{ role: 'user', content }],
    },
    { ...inChat, 'x-use': use },
  )
  const text = await response.text()
  expect(response.status, text).toBe(200)
  const answer = JSON.parse(text) as { content: { type: string; id?: string }[] }
  return {
    adapted: response.headers.get('x-fairlead-adapted'),
    calls: answer.content.flatMap(({ id }) => id ?? []),
    plan: await planOf(gateway, response),
  }
}

interface Plan {
  readonly window: number | null
  readonly attempt: JsonObject
  readonly sealed: readonly { readonly reason: string }[]
  readonly decisions: readonly { readonly action: string; readonly count: number }[]
}

async function planOf(gateway: TestGateway, { headers }: Response): Promise<Plan> {
  const plan = await fetch(`${gateway.url}/v1/plans/${headers.get('x-fairlead-plan')}`)
  expect(plan.status).toBe(200)
  return (await plan.json()) as Plan
}

const results = (calls: readonly string[]) =>
  calls.map((id) => ({ type: 'tool_result', tool_use_id: id, content: 'found' }))

const reasons = ({ sealed }: Plan) => [...new Set(sealed.map(({ reason }) => reason))]

const using = (provider: string) => ({ headers: [{ name: 'x-use', value: provider }] })

/** Two providers of the same model, each with a key of its own; `x-use` says which is asked. */
async function twoAccounts() {
  const upstream = await testUpstream(strictClaude)
  const of = (name: string) => keyedProvider(name, { type: 'Anthropic', baseURL: upstream.url })
  const gateway = await testGateway({
    providers: [of('a'), of('b')],
    routes: ['a', 'b'].map((name) => routeOf(name, [{ provider: name }], { match: using(name) })),
    secrets: { a: 'key-a', b: 'key-b' },
  })
  return { gateway, upstream }
}

/** A provider with two keys, of which each call draws one. */
function twoKeys(baseURL: string) {
  const credentials = ['one', 'two'].map((name) => ({
    name,
    secret: { namespace: 'default', name, key: 'api-key' },
    weight: 1,
  }))
  return providerOf('a', { type: 'Anthropic', baseURL, credentials })
}

describe('a conversation whose seals its provider checks', () => {
  it('goes on at another account of the same model, and back', async () => {
    const { gateway } = await twoAccounts()
    const seen: string[][] = []
    for (const [turn, use] of ['a', 'a', 'b', 'b', 'a', 'b'].entries()) {
      const { plan } = await say(gateway, `tell me ${turn}`, { use })
      expect(plan.attempt).toMatchObject({ number: 1, provider: `default/${use}`, model })
      seen.push(reasons(plan))
    }
    expect(seen).toEqual([
      [],
      [],
      ['provider_mismatch'],
      ['provider_mismatch'],
      ['provider_mismatch'],
      ['provider_mismatch'],
    ])
  })

  it('goes on inside a tool loop, without thinking where that of the loop is not valid', async () => {
    const { gateway, upstream } = await twoAccounts()
    const first = await say(gateway, 'look', { use: 'a' })
    const second = await say(gateway, results(first.calls), { use: 'b' })
    expect(upstream.requests[1]?.body['thinking']).toBeUndefined()
    expect(second.adapted).toBe('dropped=reasoning')
    await say(gateway, 'and now?', { use: 'b' })
    expect(upstream.requests[2]?.body['thinking']).toEqual(thinking)
    const again = await say(gateway, 'look again', { use: 'a' })
    const back = await say(gateway, results(again.calls), { use: 'a' })
    expect(back.adapted).toBeNull()
    expect(upstream.requests[4]?.body['thinking']).toEqual(thinking)
  })

  it('goes on with the other key of its provider when one is limited', async () => {
    let limited = ''
    const upstream = await testUpstream((response, request) =>
      request.headers['x-api-key'] === limited
        ? json(429, { type: 'error', error: { type: 'rate_limit_error', message: 'slow' } })(
            response,
            request,
          )
        : strictClaude(response, request),
    )
    const gateway = await testGateway({
      providers: [twoKeys(upstream.url)],
      routes: [
        routeOf('all', [{ provider: 'a' }], {
          retry: { attempts: 2, conditions: ['RateLimited'] },
        }),
      ],
      secrets: { one: 'key-one', two: 'key-two' },
    })
    const seen: string[][] = []
    for (const key of ['key-two', 'key-one', 'key-two', 'key-one']) {
      limited = key
      const { plan } = await say(gateway, `tell me without ${key} ${seen.length}`)
      expect(upstream.requests.at(-1)?.headers['x-api-key']).not.toBe(key)
      seen.push(reasons(plan))
    }
    const others = ['account_mismatch']
    expect(seen).toEqual([[], others, others, others])
  })

  it('stays with the key whose seals it has, and changes nothing that is stored at its start', async () => {
    const upstream = await testUpstream(strictClaude)
    const draws = [0.9, 0.1]
    let drawn = 0
    const plans: string[] = []
    const store = createMemoryStore({ clock: systemClock, ttlMs: undefined })
    const watched: typeof store = {
      ...store,
      replacePlan: (tenant, plan) => {
        plans.push(plan.id)
        return store.replacePlan(tenant, plan)
      },
    }
    const gateway = await testGateway({
      providers: [twoKeys(upstream.url)],
      secrets: { one: 'key-one', two: 'key-two' },
      openStore: () => openInMemory(watched),
      options: { random: () => draws[(drawn += 1) % draws.length] ?? 0 },
    })
    for (const turn of [1, 2, 3, 4, 5]) {
      expect((await say(gateway, `tell me ${turn}`)).plan.sealed).toEqual([])
    }
    expect(new Set(upstream.requests.map(({ headers }) => headers['x-api-key'])).size).toBe(1)
    expect(plans).toEqual([])
  })

  it('falls back to another model without the seals of the first', async () => {
    const upstream = await testUpstream(strictClaude)
    const dead = await testUpstream(strictClaude)
    const of = (name: string, baseURL: string) =>
      keyedProvider(name, { type: 'Anthropic', baseURL })
    const gateway = await testGateway({
      providers: [of('first', dead.url), of('second', upstream.url)],
      routes: [
        routeOf(
          'all',
          [
            { provider: 'first', name: 'x' },
            { provider: 'second', name: 'z', model: 'claude-opus-4-1' },
          ],
          { retry: { attempts: 1, conditions: ['ServerError'] } },
        ),
      ],
      secrets: { first: 'key', second: 'key' },
    })
    await say(gateway, 'tell me')
    dead.answer = json(503, { type: 'error', error: { type: 'api_error', message: 'down' } })
    const { plan } = await say(gateway, 'and then?')
    expect(plan.attempt).toEqual({
      number: 2,
      target: 'z',
      provider: 'default/second',
      model: 'claude-opus-4-1',
    })
    expect(reasons(plan)).toEqual(['provider_mismatch'])
    dead.answer = strictClaude
    const back = await say(gateway, 'and?')
    expect(back.plan.attempt).toMatchObject({ number: 1, target: 'x' })
  })
})

describe('the window of a conversation’s prompt', () => {
  const ask = (text: string) => ({ model: 'm', messages: [{ role: 'user', content: text }] })
  const windowOf = (contextWindow: number) => [
    { name: 'm', aliases: [], capabilities: [], contextWindow, maxOutputTokens: undefined },
  ]

  async function smallAndLarge(onOverflow: 'Compact' | 'Error') {
    const small = await testUpstream(json(200, completion('ok')))
    const large = await testUpstream(json(200, completion('ok')))
    const stored = { appends: 0, plans: 0 }
    const store = createMemoryStore({ clock: systemClock, ttlMs: undefined })
    const counted: typeof store = {
      ...store,
      append: (change) => {
        stored.appends += 1
        return store.append(change)
      },
      replacePlan: (tenant, plan) => {
        stored.plans += 1
        return store.replacePlan(tenant, plan)
      },
    }
    const gateway = await testGateway({
      gateway: { defaultContextStrategy: 'default/s' },
      strategies: [strategyOf('s', { onOverflow, reserveOutputTokens: 10 })],
      providers: [
        keyedProvider('small', { baseURL: small.url, models: windowOf(300) }),
        keyedProvider('large', { baseURL: large.url, models: windowOf(100_000) }),
      ],
      routes: [
        routeOf('all', [{ provider: 'small' }, { provider: 'large' }], {
          retry: { attempts: 1, conditions: ['ServerError'] },
        }),
      ],
      secrets: { small: 'key', large: 'key' },
      openStore: () => openInMemory(counted),
    })
    const talk = async (text: string) => {
      const response = await gateway.chat(ask(text), inChat)
      expect(response.status, await response.text()).toBe(200)
      return planOf(gateway, response)
    }
    return { gateway, large, small, stored, talk }
  }

  it('is that of the target that is asked: a fallback has the whole history again', async () => {
    const { large, small, stored, talk } = await smallAndLarge('Compact')
    for (const text of ['1', '2', '3', '4']) await talk(`${text} ${'word '.repeat(60)}`)
    expect(stored).toEqual({ appends: 4, plans: 0 })
    const [, , , last] = small.requests.map(({ body }) => body['messages'] as unknown[])
    expect(last?.length).toBeLessThan(7)
    small.answer = json(503, { error: { message: 'down' } })
    const plan = await talk('5')
    expect(plan).toMatchObject({ window: 100_000, attempt: { number: 2, target: 'large' } })
    expect(large.requests[0]?.body['messages']).toHaveLength(9)
    expect(plan.decisions).toMatchObject([{ action: 'kept', count: 4 }])
    expect(stored).toEqual({ appends: 5, plans: 1 })
  })

  it('is no error as long as one target has room', async () => {
    const { large, small, talk } = await smallAndLarge('Error')
    const plan = await talk('word '.repeat(400))
    expect(plan).toMatchObject({ window: 100_000, attempt: { number: 1, target: 'large' } })
    expect([small.requests.length, large.requests.length]).toEqual([0, 1])
  })
})
