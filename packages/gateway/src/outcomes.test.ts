import { FakeClock } from '@fairlead/base/testing'
import { describe, expect, it, vi } from 'vitest'
import type { CreateCallPolicy } from './policies/call-policy.ts'
import { keyedProvider, routeOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import {
  type Answer,
  chunks,
  completion,
  json,
  sse,
  type Upstream,
} from './test-support/upstream.ts'
import type { ProviderState } from './upstream/provider-state.ts'

const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }
const secrets = { first: 'sk-first', other: 'sk-other', second: 'sk-second' }
const data = (value: object) => `data: ${JSON.stringify(value)}\n\n`
const roleChunk = data({
  choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }],
})
const filterChunk = data({
  choices: [],
  prompt_filter_results: [{ prompt_index: 0, content_filter_results: {} }],
})
const errorChunk = data({ error: { code: 502, message: 'upstream died' } })

const openStream =
  (...events: readonly string[]): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.flushHeaders()
    for (const event of events) response.write(event)
  }

const secret = (name: string) => ({ namespace: 'default', name, key: 'api-key' })
const keys = ['first', 'other'].map((name) => ({ name, secret: secret(name), weight: 1 }))

async function gatewayOf(
  first: Upstream,
  second: Upstream | undefined,
  parts: {
    readonly clock?: FakeClock
    readonly provider?: object
    readonly retry?: object
    readonly timeouts?: object
  } = {},
) {
  const targets = ['first', ...(second === undefined ? [] : ['second'])]
  return testGateway({
    providers: [
      keyedProvider('first', { baseURL: first.url, ...parts.provider }),
      ...(second === undefined ? [] : [keyedProvider('second', { baseURL: second.url })]),
    ],
    routes: [
      routeOf(
        'all',
        targets.map((provider) => ({ provider })),
        {
          retry: {
            attempts: 1,
            conditions: ['RateLimited', 'ServerError', 'Timeout', 'Connect'],
            ...parts.retry,
          },
          timeouts: {
            firstByteMs: undefined,
            idleMs: undefined,
            totalMs: undefined,
            ...parts.timeouts,
          },
        },
      ),
    ],
    secrets,
    options: { random: () => 0, ...(parts.clock === undefined ? {} : { clock: parts.clock }) },
  })
}

describe('goes to the next target', () => {
  it.each<[string, boolean, Answer]>([
    ['a 200 that reports an error', false, json(200, { error: { message: 'no', code: 429 } })],
    ['a 200 that reports an error as text', false, json(200, { error: 'no' })],
    ['a choice that is an error', false, json(200, { choices: [{ error: { code: 502 } }] })],
    ['a 200 that is no answer', false, json(200, { hello: 'world' })],
    ['an account without credit', false, json(402, { error: { message: 'Insufficient credits' } })],
    ['a quota that is used up', false, json(429, { error: { code: 'insufficient_quota' } })],
    ['a model that is not there', false, json(404, { error: { code: 'model_not_found' } })],
    ['an overloaded provider', false, json(529, {})],
    ['a page of a firewall', false, (r) => r.writeHead(403).end('<html>blocked</html>')],
    ['an error after the role', true, sse(roleChunk, errorChunk)],
    ['an error after the results of a filter', true, sse(filterChunk, errorChunk)],
    ['an error after comments', true, sse(': ping\n\n', ': ping\n\n', errorChunk)],
    ['JSON with an error instead of a stream', true, json(200, { error: { message: 'no' } })],
    ['an empty stream', true, sse()],
    ['a stream of comments', true, sse(': ping\n\n', ': ping\n\n')],
    ['a stream that is done without content', true, sse(roleChunk, 'data: [DONE]\n\n')],
    ['a page instead of a stream', true, (r) => r.writeHead(200).end('<html>')],
  ])('%s', async (_name, stream, answer) => {
    const first = await testUpstream(answer)
    const text = stream
      ? sse(...chunks(['from the second']))
      : json(200, completion('from the second'))
    const second = await testUpstream(text)
    const gateway = await gatewayOf(first, second)
    const response = await gateway.chat({ ...body, stream })
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('from the second')
    expect(first.requests).toHaveLength(1)
  })
})

describe('without another target the caller is told', () => {
  it.each<[string, Answer, number, string]>([
    [
      'a limit inside a 200',
      json(200, { error: { message: 'no', code: 429 } }),
      429,
      'rate_limit_exceeded',
    ],
    [
      'the bill, which is not its own',
      json(402, { error: { message: 'x' } }),
      502,
      'upstream_credit_exhausted',
    ],
    [
      'a model that is missing',
      json(404, { error: { message: 'x', code: 'model_not_found' } }),
      404,
      'model_not_found',
    ],
    [
      'what the moderation says',
      json(403, { error: { message: 'flagged', code: 'content_policy_violation' } }),
      403,
      'content_policy_violation',
    ],
  ])('%s', async (_name, answer, status, code) => {
    const gateway = await gatewayOf(await testUpstream(answer), undefined)
    const response = await gateway.chat(body)
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject({ error: { code } })
  })

  it('one error at the end of a stream that broke, and not two', async () => {
    const words = chunks(['one'])
    const gateway = await gatewayOf(
      await testUpstream(sse(...words.slice(0, 2), errorChunk)),
      undefined,
    )
    const text = await (await gateway.chat({ ...body, stream: true })).text()
    expect(text.match(/"error"/g)).toHaveLength(1)
    expect(gateway.report().providers[0]?.health).toBe('Healthy')
  })
})

describe('an answer in another form than was asked for', () => {
  it('JSON becomes the stream that was asked for', async () => {
    const gateway = await gatewayOf(await testUpstream(json(200, completion('hello'))), undefined)
    const response = await gateway.chat({ ...body, stream: true })
    expect(response.headers.get('content-type')).toContain('text/event-stream')
    const text = await response.text()
    expect(text).toContain('"content":"hello"')
    expect(text).toContain('data: [DONE]')
  })

  it('a stream becomes the JSON that was asked for', async () => {
    const gateway = await gatewayOf(await testUpstream(sse(...chunks(['hel', 'lo']))), undefined)
    const response = await gateway.chat(body)
    expect(response.headers.get('content-type')).toContain('json')
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'hello' } }] })
  })

  it('a stream of another Content-Type is one', async () => {
    const gateway = await gatewayOf(
      await testUpstream((response) => response.writeHead(200).end(chunks(['hello']).join(''))),
      undefined,
    )
    expect(await (await gateway.chat({ ...body, stream: true })).text()).toContain('hello')
  })
})

describe('keys', () => {
  it('moderation burns none', async () => {
    const first = await testUpstream(json(403, { error: { message: 'Flagged by moderation' } }))
    const gateway = await gatewayOf(first, undefined, { provider: { credentials: keys } })
    expect((await gateway.chat(body)).status).toBe(403)
    expect(first.requests).toHaveLength(1)
    expect(gateway.report().providers[0]?.credentials).toEqual([])
  })

  it('another key answers for one that is limited, and its model rests', async () => {
    const first = await testUpstream((response, request) =>
      request.headers.authorization === 'Bearer sk-first'
        ? json(429, {}, { 'retry-after': '20' })(response, request)
        : json(200, completion('ok'))(response, request),
    )
    const gateway = await gatewayOf(first, undefined, { provider: { credentials: keys } })
    expect((await gateway.chat(body)).status).toBe(200)
    expect((await gateway.chat(body)).status).toBe(200)
    expect(first.requests).toHaveLength(3)
    expect(gateway.report().providers[0]?.credentials).toMatchObject([
      { name: 'first', state: 'Exhausted' },
    ])
  })

  it.each([
    [401, { error: { message: 'The key has expired' } }, 'Expired', 'Unauthorized'],
    [401, { error: { message: 'no' } }, 'Refused', 'Unauthorized'],
    [402, { error: { message: 'no' } }, 'Exhausted', 'Unauthorized'],
    [429, { error: { message: 'no' } }, 'Exhausted', 'RateLimited'],
  ])(
    'after %i %j of all keys they are %s, the provider %s',
    async (status, answer, state, health) => {
      const clock = new FakeClock()
      const upstream = await testUpstream(json(status, answer, { 'retry-after': '20' }))
      const gateway = await gatewayOf(upstream, undefined, {
        clock,
        provider: { credentials: keys },
      })
      const pending = gateway.chat(body)
      await upstream.request(2)
      if (status === 401) {
        await clock.timerOf(1_500)
        await clock.advance(1_500)
      }
      await pending
      const [provider] = gateway.report().providers
      expect(provider?.credentials.map((one) => one.state)).toEqual([state, state])
      expect(provider).toMatchObject({ health })
      expect(provider?.message).toContain('status.credentials')
    },
  )
})

describe('a provider without keys', () => {
  it.each([401, 402, 403])('is ejected if it answers %i to all calls', async (status) => {
    const first = await testUpstream(json(status, { error: { message: 'no' } }))
    const second = await testUpstream(json(200, completion('second')))
    const gateway = await gatewayOf(first, second, {
      provider: { type: 'OpenAICompatible', credentials: [] },
    })
    for (let call = 0; call < 7; call += 1) expect((await gateway.chat(body)).status).toBe(200)
    expect(first.requests).toHaveLength(5)
    expect(gateway.report().providers[0]).toMatchObject({ health: 'Unreachable' })
  })
})

describe('silence', () => {
  const timeouts = { firstByteMs: 1_000, idleMs: 2_000, totalMs: 60_000 }

  it.each<[string, boolean, Answer]>([
    ['a whole answer', false, () => {}],
    ['a whole answer whose head came', false, (response) => response.writeHead(200).flushHeaders()],
    ['a whole answer of spaces', false, (response) => void response.writeHead(200).write('  \n ')],
    ['a stream', true, () => {}],
    ['a stream of which only the role came', true, openStream(roleChunk)],
    ['a stream of comments', true, openStream(': ping\n\n', ': ping\n\n')],
  ])('%s that does not begin goes to the next target', async (_name, stream, answer) => {
    const clock = new FakeClock()
    const first = await testUpstream(answer)
    const second = await testUpstream(
      stream ? sse(...chunks(['second'])) : json(200, completion('second')),
    )
    const gateway = await gatewayOf(first, second, { clock, timeouts })
    const pending = gateway.chat({ ...body, stream })
    await first.request(1)
    await clock.advance(1_000)
    const response = await pending
    expect(response.status).toBe(200)
    expect(await response.text()).toContain('second')
  })

  it('in mid-answer ends the stream, whatever pings come', async () => {
    const clock = new FakeClock()
    let send: (text: string) => void = () => {}
    const first = await testUpstream((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      send = (text) => void response.write(text)
      send(chunks(['one']).slice(0, 2).join(''))
    })
    const gateway = await gatewayOf(first, undefined, { clock, timeouts })
    const response = await gateway.chat({ ...body, stream: true })
    const text = response.text()
    const seen = await first.request(1)
    await clock.advance(1_500)
    send(': ping\n\n')
    await clock.advance(1_500)
    expect(await text).toContain('sent no more content for 2000 ms')
    await seen.aborted
    const call = gateway.logs.find(({ message }) => message === 'call')
    expect(call?.fields).toMatchObject({ error: 'upstream_timeout' })
    expect(gateway.logs.map(({ message }) => message)).not.toContain('call failed')
  })

  it('while a model thinks without a text, pings show that it works', async () => {
    const clock = new FakeClock()
    let send: (event: object) => void = () => {}
    const upstream = await testUpstream((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      send = (event) => void response.write(data(event))
      send({ type: 'message_start', message: { id: 'm', model: 'c', content: [], usage: {} } })
      send({
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'thinking', thinking: '' },
      })
    })
    const gateway = await gatewayOf(upstream, undefined, {
      clock,
      timeouts,
      provider: { type: 'Anthropic' },
    })
    const pending = gateway.chat({ ...body, stream: true })
    await upstream.request(1)
    for (let ping = 0; ping < 5; ping += 1) {
      send({ type: 'ping' })
      // Real sockets carry the ping; what is injected is the time until it counts as silence.
      await new Promise((resolve) => setImmediate(() => setImmediate(resolve)))
      await clock.advance(900)
    }
    send({ type: 'content_block_stop', index: 0 })
    send({ type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } })
    send({ type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 'done' } })
    send({ type: 'content_block_stop', index: 1 })
    send({ type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } })
    send({ type: 'message_stop' })
    // The stream is complete, though its connection stays open.
    await clock.timerOf(1_000)
    await clock.advance(1_000)
    expect(await (await pending).text()).toContain('done')
  })
})

describe('memory of failure', () => {
  it('a dead primary is asked no more, and again when its time is over', async () => {
    const clock = new FakeClock()
    const first = await testUpstream(json(500, {}))
    const second = await testUpstream(json(200, completion('second')))
    const gateway = await gatewayOf(first, second, { clock })
    for (let call = 0; call < 20; call += 1) expect((await gateway.chat(body)).status).toBe(200)
    expect([first.requests.length, second.requests.length]).toEqual([5, 20])
    expect(gateway.report().providers[0]?.health).toBe('Unreachable')
    first.answer = json(200, completion('first'))
    await clock.advance(10_000)
    const response = await gateway.chat(body)
    expect(response.headers.get('x-fairlead-provider')).toBe('default/first')
    expect(response.headers.get('x-fairlead-attempts')).toBe('1')
    expect(gateway.report().providers[0]?.health).toBe('Healthy')
  })

  it('a primary whose answers begin and break off is asked no more', async () => {
    const first = await testUpstream(sse(...chunks(['one']).slice(0, 2)))
    const second = await testUpstream(sse(...chunks(['second'])))
    const gateway = await gatewayOf(first, second, { clock: new FakeClock() })
    const texts: string[] = []
    for (let call = 0; call < 7; call += 1) {
      texts.push(await (await gateway.chat({ ...body, stream: true })).text())
    }
    expect(texts.map((text) => text.includes('upstream_stream_cut'))).toEqual([
      ...Array<boolean>(5).fill(true),
      false,
      false,
    ])
    expect(first.requests).toHaveLength(5)
  })

  it('one that is ejected is asked where nothing else answers', async () => {
    const first = await testUpstream(json(500, {}))
    const gateway = await gatewayOf(first, undefined, { retry: { attempts: 0 } })
    for (let call = 0; call < 6; call += 1) expect((await gateway.chat(body)).status).toBe(502)
    expect(first.requests).toHaveLength(6)
    first.answer = json(200, completion('first'))
    expect((await gateway.chat(body)).status).toBe(200)
    expect(gateway.report().providers[0]?.health).toBe('Healthy')
  })

  it('a pause that a provider asks for is kept', async () => {
    const clock = new FakeClock()
    const first = await testUpstream(json(529, {}, { 'retry-after': '4' }))
    const second = await testUpstream(json(200, completion('second')))
    const gateway = await gatewayOf(first, second, { clock })
    for (let call = 0; call < 3; call += 1) expect((await gateway.chat(body)).status).toBe(200)
    expect(first.requests).toHaveLength(1)
    await clock.advance(4_000)
    await gateway.chat(body)
    expect(first.requests).toHaveLength(2)
  })
})

it('an attempt is in flight until its answer ends, however that ends', async () => {
  const states: ProviderState[] = []
  const watch: CreateCallPolicy = () => ({
    name: 'watch',
    stage: 'admission',
    enter: ({ route }) => {
      states.push(...route.targets.map(({ provider }) => provider.state))
      return { settle: () => {} }
    },
  })
  let end = () => {}
  const upstream = await testUpstream((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write(chunks(['one']).slice(0, 2).join(''))
    end = () => response.end(chunks(['one']).slice(2).join(''))
  })
  const gateway = await testGateway({
    providers: [keyedProvider('first', { baseURL: upstream.url })],
    secrets,
    options: { policies: [watch] },
  })
  const running = await gateway.chat({ ...body, stream: true })
  expect(states[0]?.inFlight).toBe(1)
  end()
  await running.text()
  await vi.waitFor(() => expect(states[0]?.inFlight).toBe(0))
  for (const answer of [json(500, {}), json(200, completion('ok')), json(400, {})]) {
    upstream.answer = answer
    await (await gateway.chat(body)).text()
    await vi.waitFor(() => expect(states[0]?.inFlight).toBe(0))
  }
})

it('no retry begins later than the rule allows', async () => {
  const clock = new FakeClock()
  const first = await testUpstream(() => {})
  const second = await testUpstream(json(200, completion('second')))
  const gateway = await gatewayOf(first, second, {
    clock,
    timeouts: { firstByteMs: 5_000 },
    retry: { withinMs: 3_000 },
  })
  const pending = gateway.chat(body)
  await first.request(1)
  await clock.advance(5_000)
  expect((await pending).status).toBe(504)
  expect(second.requests).toHaveLength(0)
})

it('a target that cannot express the call is passed over', async () => {
  const first = await testUpstream(json(200, {}))
  const second = await testUpstream(json(200, completion('second')))
  const gateway = await gatewayOf(first, second, {
    provider: { type: 'Anthropic' },
    retry: { attempts: 0 },
  })
  expect((await gateway.chat({ ...body, n: 2 })).status).toBe(200)
  expect([first.requests.length, second.requests.length]).toEqual([0, 1])
  const alone = await gatewayOf(first, undefined, { provider: { type: 'Anthropic' } })
  const response = await alone.chat({ ...body, n: 2 })
  expect(response.status).toBe(400)
  expect(await response.json()).toMatchObject({ error: { param: 'n' } })
})
