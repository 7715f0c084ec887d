import type { JsonObject } from '@fairlead/base'
import { describe, expect, it } from 'vitest'
import { keyedProvider, providerOf, routeOf } from './test-support/snapshot.ts'
import { strictClaude } from './test-support/strict-claude.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { json } from './test-support/upstream.ts'

const using = (provider: string) => ({ headers: [{ name: 'x-use', value: provider }] })

const lookUp = { type: 'function', name: 'look_up', strict: false, parameters: { type: 'object' } }

interface Told {
  readonly id: string
  readonly output: readonly { readonly id: string; readonly type: string }[]
}

const limited = json(429, {
  type: 'error',
  error: { type: 'rate_limit_error', message: 'slow' },
})

/**
 * Two providers of one model, each with a key of its own, and one with two keys; their server checks
 * seals. `x-use` says which is asked.
 */
async function start() {
  const server = { limited: '' }
  const draws = [0.9, 0.1]
  let drawn = 0
  const upstream = await testUpstream((response, request) =>
    (request.headers['x-api-key'] === server.limited ? limited : strictClaude)(response, request),
  )
  const of = (name: string) => keyedProvider(name, { type: 'Anthropic', baseURL: upstream.url })
  const credentials = ['one', 'two'].map((name) => ({
    name,
    secret: { namespace: 'default', name, key: 'api-key' },
    weight: 1,
  }))
  const gateway = await testGateway({
    providers: [
      of('a'),
      of('b'),
      providerOf('c', { type: 'Anthropic', baseURL: upstream.url, credentials }),
    ],
    routes: [
      ...['a', 'b', 'c'].map((name) => routeOf(name, [{ provider: name }], { match: using(name) })),
      routeOf('chain', [{ provider: 'a' }, { provider: 'b' }], {
        retry: { attempts: 2, conditions: ['RateLimited'] },
      }),
    ],
    options: { random: () => draws[(drawn += 1) % draws.length] ?? 0 },
    secrets: { a: 'key-a', b: 'key-b', one: 'key-one', two: 'key-two' },
  })
  return {
    server,
    upstream,
    gateway,
    ask: async (fields: JsonObject, headers: Readonly<Record<string, string>>): Promise<Told> => {
      const response = await gateway.post(
        '/v1/responses',
        { model: 'claude-sonnet-4-5', reasoning: { effort: 'low' }, tools: [lookUp], ...fields },
        headers,
      )
      const text = await response.text()
      expect(response.status, text).toBe(200)
      return JSON.parse(text) as Told
    },
    /** How many seals the last request had. */
    seals: () => JSON.stringify(upstream.requests.at(-1)?.body).split('"signature"').length - 1,
    texts: () => JSON.stringify(upstream.requests.at(-1)?.body).split('"answer ').length - 1,
  }
}

describe('the seals of a kept response', () => {
  it('go back to the account that made them, after the same prompt', async () => {
    const { ask, seals, texts } = await start()
    let previous: string | undefined
    const seen: [number, number][] = []
    for (const use of ['a', 'a', 'b', 'b', 'a', 'b']) {
      const { id }: Told = await ask(
        { input: 'go on', ...(previous === undefined ? {} : { previous_response_id: previous }) },
        { 'x-use': use },
      )
      seen.push([seals(), texts()])
      previous = id
    }
    expect(seen).toEqual([
      [0, 0],
      [1, 1],
      [0, 2],
      [1, 3],
      [2, 4],
      [2, 5],
    ])
  })

  it('stay at home when another instruction or tool stands before them', async () => {
    const { ask, seals } = await start()
    const a = { 'x-use': 'a' }
    const first = await ask({ input: 'hello', instructions: 'Be kind.' }, a)
    const next = { input: 'go on', previous_response_id: first.id }
    await ask({ ...next, instructions: 'Be kind.' }, a)
    expect(seals()).toBe(1)
    await ask({ ...next, instructions: 'Be brief.' }, a)
    expect(seals()).toBe(0)
    await ask({ ...next, instructions: 'Be kind.', tools: [] }, a)
    expect(seals()).toBe(0)
  })

  it('are those of the attempt that was answered', async () => {
    const { ask, seals, server } = await start()
    server.limited = 'key-a'
    const first = await ask({ input: 'hello' }, {})
    server.limited = ''
    const next = { input: 'go on', previous_response_id: first.id }
    await ask(next, { 'x-use': 'a' })
    expect(seals()).toBe(0)
    await ask(next, { 'x-use': 'b' })
    expect(seals()).toBe(1)
  })

  it('choose the key that made them', async () => {
    const { ask, seals, upstream } = await start()
    const c = { 'x-use': 'c' }
    let { id } = await ask({ input: 'hello' }, c)
    for (let turn = 1; turn <= 4; turn++) {
      ;({ id } = await ask({ input: `go on ${turn}`, previous_response_id: id }, c))
      expect(seals()).toBe(turn)
    }
    expect(new Set(upstream.requests.map(({ headers }) => headers['x-api-key'])).size).toBe(1)
  })

  it('come with items that are referred to, in their place', async () => {
    const { ask, seals, texts } = await start()
    const first = await ask({ input: 'hello' }, { 'x-use': 'a' })
    const references = first.output.map(({ id }) => ({ type: 'item_reference', id }))
    const said = { role: 'user', content: 'hello' }
    const next = { role: 'user', content: 'go on' }
    const input = [said, ...references, next]
    await ask({ input }, { 'x-use': 'a' })
    expect([seals(), texts()]).toEqual([1, 1])
    await ask({ input }, { 'x-use': 'b' })
    expect([seals(), texts()]).toEqual([0, 1])
    await ask({ input: [said, next, ...references, next] }, { 'x-use': 'a' })
    expect([seals(), texts()]).toEqual([0, 1])
    await ask({ input, conversation: 'mine' }, { 'x-use': 'a' })
    expect([seals(), texts()]).toEqual([0, 1])
  })

  it('go on in tool loops', async () => {
    const { ask, seals } = await start()
    const first = await ask({ input: 'look' }, { 'x-use': 'a' })
    const results = first.output.flatMap((item) =>
      'call_id' in item
        ? [{ type: 'function_call_output', call_id: item.call_id as string, output: 'found' }]
        : [],
    )
    expect(results).toHaveLength(2)
    const next = { input: results, previous_response_id: first.id }
    await ask(next, { 'x-use': 'a' })
    expect(seals()).toBe(1)
    await ask(next, { 'x-use': 'b' })
    expect(seals()).toBe(0)
  })
})
