import { describe, expect, it } from 'vitest'
import { FakeClock } from '@fairlead/base/testing'
import { keyedProvider, routeOf, simulatorOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, chunks, completion, json, sse } from './test-support/upstream.ts'

const body = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }
const secrets = { first: 'sk-first', second: 'sk-second' }

async function errorOf(response: Response): Promise<Record<string, unknown>> {
  return ((await response.json()) as { error: Record<string, unknown> }).error
}

const cutBody: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
  response.write('{"id":')
  setImmediate(() => response.destroy())
}

describe('a failing upstream is reported in the format of OpenAI', () => {
  it.each<[string, Answer, number, string, object]>([
    [
      '401',
      json(401, { error: { message: 'bad key sk-first' } }),
      502,
      'upstream_authentication',
      {},
    ],
    ['403', json(403, {}), 502, 'upstream_authentication', {}],
    [
      '429',
      json(429, { error: { message: 'slow down' } }, { 'retry-after': '7' }),
      429,
      'rate_limit_exceeded',
      { retryAfter: '7' },
    ],
    ['500', json(500, { error: { message: 'oops' } }), 502, 'upstream_error', {}],
    [
      '503 of HTML',
      (r) => r.writeHead(503, { 'content-type': 'text/html' }).end('<html>'),
      503,
      'service_unavailable',
      {},
    ],
    [
      '400',
      json(400, {
        error: { message: 'bad temperature', param: 'temperature', code: 'invalid_value' },
      }),
      400,
      'invalid_value',
      {},
    ],
    [
      'a redirect',
      (r) => r.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
      502,
      'upstream_redirect',
      {},
    ],
    [
      'garbage',
      (r) => r.writeHead(200, { 'content-type': 'text/html' }).end('<html>'),
      502,
      'upstream_invalid_response',
      {},
    ],
    ['garbage called JSON', json(200, 'Hello {'), 502, 'upstream_invalid_response', {}],
    ['a cut body', cutBody, 502, 'upstream_stream_cut', {}],
    ['no answer', (r) => r.destroy(), 502, 'upstream_unreachable', {}],
  ])('%s', async (_name, answer, status, code, extra: { retryAfter?: string }) => {
    const upstream = await testUpstream(answer)
    const gateway = await testGateway({
      providers: [keyedProvider('first', { baseURL: upstream.url })],
      secrets,
      options: { clock: new ImpatientClock() },
    })
    const response = await gateway.chat(body)
    expect(response.status).toBe(status)
    expect(response.headers.get('retry-after')).toBe(extra.retryAfter ?? null)
    const error = await errorOf(response)
    expect(error['code']).toBe(code)
    expect(JSON.stringify(error)).not.toContain('sk-first')
    upstream.answer = json(200, completion('well again'))
    expect((await gateway.chat(body)).status).toBe(200)
  })

  it('a provider without its Secret is a 503 that says what to create', async () => {
    const gateway = await testGateway({
      providers: [keyedProvider('first', { baseURL: 'http://127.0.0.1:1/v1' })],
    })
    const response = await gateway.chat(body)
    expect(response.status).toBe(503)
    expect(await errorOf(response)).toMatchObject({ code: 'upstream_credentials_missing' })
    expect(gateway.report().problems[0]).toMatchObject({
      kind: 'LLMProvider',
      reason: 'SecretKeyMissing',
    })
  })

  it('a target without its Secret is passed over, and the log says why', async () => {
    const upstream = await testUpstream(json(200, completion('ok')))
    const gateway = await testGateway({
      providers: [
        keyedProvider('keyless', { baseURL: 'http://127.0.0.1:1/v1' }),
        keyedProvider('first', { baseURL: upstream.url }),
      ],
      secrets,
    })
    expect((await gateway.chat(body)).status).toBe(200)
    const call = gateway.logs.find(({ message }) => message === 'call')
    expect(call?.fields['passedOver']).toMatchObject([
      { target: 'default/keyless', reason: 'no Secret has its key' },
    ])
  })

  it('a stream that sends nothing is aborted after the first-token timeout', async () => {
    const clock = new FakeClock()
    const upstream = await testUpstream(() => {})
    const gateway = await testGateway({
      providers: [keyedProvider('first', { baseURL: upstream.url })],
      secrets,
      options: { clock },
    })
    const pending = gateway.chat({ ...body, stream: true })
    const seen = await upstream.request(1)
    await clock.advance(10_000)
    const response = await pending
    expect(response.status).toBe(504)
    expect(await errorOf(response)).toMatchObject({ code: 'upstream_timeout' })
    await seen.aborted
  })

  it('a call that takes longer than allowed is aborted', async () => {
    const clock = new FakeClock()
    const upstream = await testUpstream(() => {})
    const gateway = await testGateway({
      providers: [keyedProvider('first', { baseURL: upstream.url })],
      secrets,
      options: { clock },
    })
    const pending = gateway.chat(body)
    const seen = await upstream.request(1)
    await clock.advance(30_000)
    const response = await pending
    expect(response.status).toBe(504)
    expect(await errorOf(response)).toMatchObject({ code: 'request_timeout' })
    await seen.aborted
  })

  it('the health of a provider is in the report', async () => {
    const upstream = await testUpstream(json(401, {}))
    const gateway = await testGateway({
      providers: [keyedProvider('first', { baseURL: upstream.url })],
      secrets,
      options: { clock: new ImpatientClock() },
    })
    const reported: string[] = []
    gateway.onReportChange(() => reported.push(gateway.report().providers[0]?.health ?? ''))
    await (await gateway.chat(body)).text()
    upstream.answer = json(200, completion('ok'))
    await (await gateway.chat(body)).text()
    expect([...new Set(reported)]).toEqual(['Unknown', 'Unauthorized', 'Healthy'])
  })
})

describe('retry and fallback before the first byte', () => {
  const route = (attempts: number, on?: 'RateLimited'[]) =>
    routeOf('all', [{ provider: 'first' }, { provider: 'second' }], {
      retry: { attempts, conditions: on ?? ['RateLimited', 'ServerError', 'Timeout', 'Connect'] },
    })

  it.each<[string, Answer]>([
    ['429', json(429, {})],
    ['500', json(500, {})],
    ['no answer', (response) => response.destroy()],
    ['a cut body', cutBody],
    ['a stream that begins with an error', sse('data: {"error":{"message":"overloaded"}}\n\n')],
  ])('the next target answers after %s', async (_name, answer) => {
    const first = await testUpstream(answer)
    const second = await testUpstream(json(200, completion('from the second')))
    const gateway = await testGateway({
      providers: [
        keyedProvider('first', { baseURL: first.url }),
        keyedProvider('second', { baseURL: second.url }),
      ],
      routes: [route(1)],
      secrets,
    })
    const response = await gateway.chat({
      ...body,
      stream: answer.toString().includes('event-stream'),
    })
    expect(response.status).toBe(200)
    expect(response.headers.get('x-fairlead-provider')).toBe('default/second')
    expect(response.headers.get('x-fairlead-route')).toBe('policy/all')
    expect(Number(response.headers.get('x-fairlead-attempts'))).toBeGreaterThanOrEqual(2)
    expect(await response.text()).toContain('from the second')
  })

  it('nothing is retried that the route does not name, or beyond its attempts', async () => {
    const first = await testUpstream(json(500, {}))
    const second = await testUpstream(json(200, completion('x')))
    const providers = [
      keyedProvider('first', { baseURL: first.url }),
      keyedProvider('second', { baseURL: second.url }),
    ]
    const limited = await testGateway({ providers, routes: [route(2, ['RateLimited'])], secrets })
    expect((await limited.chat(body)).status).toBe(502)
    const none = await testGateway({ providers, routes: [route(0)], secrets })
    expect((await none.chat(body)).status).toBe(502)
    expect(second.requests).toHaveLength(0)
  })

  it('a mistake of the caller is not retried', async () => {
    const first = await testUpstream(json(400, { error: { message: 'no' } }))
    const second = await testUpstream(json(200, completion('x')))
    const gateway = await testGateway({
      providers: [
        keyedProvider('first', { baseURL: first.url }),
        keyedProvider('second', { baseURL: second.url }),
      ],
      routes: [route(3)],
      secrets,
    })
    expect((await gateway.chat(body)).status).toBe(400)
    expect(second.requests).toHaveLength(0)
  })

  it('the same target is tried again after its Retry-After', async () => {
    const clock = new FakeClock()
    const upstream = await testUpstream(json(429, {}, { 'retry-after': '3' }))
    const gateway = await testGateway({
      providers: [keyedProvider('first', { baseURL: upstream.url })],
      routes: [
        routeOf('all', [{ provider: 'first' }], {
          retry: { attempts: 1, conditions: ['RateLimited'] },
        }),
      ],
      secrets,
      options: { clock },
    })
    const pending = gateway.chat(body)
    await clock.timerOf(3000)
    upstream.answer = json(200, completion('now'))
    await clock.advance(3000)
    expect((await pending).status).toBe(200)
    expect(upstream.requests).toHaveLength(2)
  })

  it('a longer Retry-After is passed on instead of waited for', async () => {
    const upstream = await testUpstream(json(429, {}, { 'retry-after': '60' }))
    const gateway = await testGateway({
      providers: [keyedProvider('first', { baseURL: upstream.url })],
      routes: [
        routeOf('all', [{ provider: 'first' }], {
          retry: { attempts: 3, conditions: ['RateLimited'] },
        }),
      ],
      secrets,
    })
    const response = await gateway.chat(body)
    expect(response.status).toBe(429)
    expect(response.headers.get('retry-after')).toBe('60')
  })

  it('a stream that has started is not retried, it ends with an error and without [DONE]', async () => {
    const first = await testUpstream((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(chunks(['one', 'two']).slice(0, 2).join(''))
      response.write('data: {"choices":[{"del')
      setImmediate(() => response.destroy())
    })
    const second = await testUpstream(sse(...chunks(['never'])))
    const gateway = await testGateway({
      providers: [
        keyedProvider('first', { baseURL: first.url }),
        keyedProvider('second', { baseURL: second.url }),
      ],
      routes: [route(2)],
      secrets,
    })
    const text = await (await gateway.chat({ ...body, stream: true })).text()
    const events = text
      .trimEnd()
      .split('\n\n')
      .map((line) => JSON.parse(line.slice(6)) as object)
    expect(events).toHaveLength(3)
    expect(events[2]).toMatchObject({ error: { code: 'upstream_stream_cut' } })
    expect(text).not.toContain('[DONE]')
    expect(second.requests).toHaveLength(0)
  })

  it('a stream that ends cleanly but too early is an error too', async () => {
    const upstream = await testUpstream(sse(...chunks(['one', 'two']).slice(0, 2)))
    const gateway = await testGateway({
      providers: [keyedProvider('first', { baseURL: upstream.url })],
      secrets,
    })
    const text = await (await gateway.chat({ ...body, stream: true })).text()
    expect(text).toContain('upstream_stream_cut')
  })
})

describe('keys of providers', () => {
  it('another key of the same provider is used when one is refused', async () => {
    const upstream = await testUpstream((response, request) =>
      request.headers.authorization === 'Bearer sk-second'
        ? json(200, completion('ok'))(response, request)
        : json(401, {})(response, request),
    )
    const credential = (name: string, weight: number) => ({
      name,
      secret: { namespace: 'default', name, key: 'api-key' },
      weight,
    })
    const gateway = await testGateway({
      providers: [
        keyedProvider('openai', {
          baseURL: upstream.url,
          credentials: [credential('first', 1), credential('second', 1)],
        }),
      ],
      secrets,
      options: { random: () => 0 },
    })
    expect((await gateway.chat(body)).status).toBe(200)
    expect((await gateway.chat(body)).status).toBe(200)
    expect(upstream.requests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer sk-first',
      'Bearer sk-second',
      'Bearer sk-second',
    ])
  })

  it('another key is used after one without credit, where every other target has failed before', async () => {
    const broken = await testUpstream(json(500, {}))
    const upstream = await testUpstream((response, request) =>
      request.headers.authorization === 'Bearer sk-second'
        ? json(200, completion('ok'))(response, request)
        : json(402, {})(response, request),
    )
    const credentials = ['first', 'second'].map((name) => ({
      name,
      secret: { namespace: 'default', name, key: 'api-key' },
      weight: 1,
    }))
    const gateway = await testGateway({
      providers: [
        keyedProvider('broken', { baseURL: broken.url, credentials }),
        keyedProvider('openai', { baseURL: upstream.url, credentials }),
      ],
      routes: [
        routeOf('all', [{ provider: 'broken' }, { provider: 'openai' }], {
          retry: { attempts: 1, conditions: ['ServerError'] },
        }),
      ],
      secrets,
      options: { random: () => 0 },
    })
    expect((await gateway.chat(body)).status).toBe(200)
    expect([broken.requests.length, upstream.requests.length]).toEqual([1, 2])
  })

  it('a call that runs into a rotation waits for the new key', async () => {
    const clock = new FakeClock()
    const upstream = await testUpstream((response, request) =>
      request.headers.authorization === 'Bearer sk-new'
        ? json(200, completion('ok'))(response, request)
        : json(401, {})(response, request),
    )
    const gateway = await testGateway({
      providers: [keyedProvider('first', { baseURL: upstream.url })],
      secrets,
      options: { clock },
    })
    const pending = gateway.chat(body)
    await clock.timerOf(1500)
    gateway.secrets.set('first', 'sk-new')
    expect((await pending).status).toBe(200)
  })

  it('a rotation under load fails no call', async () => {
    let valid = 'Bearer sk-first'
    const upstream = await testUpstream((response, request) => {
      const known = request.headers.authorization === valid
      setImmediate(() => json(known ? 200 : 401, completion('ok'))(response, request))
    })
    const gateway = await testGateway({
      providers: [keyedProvider('first', { baseURL: upstream.url })],
      secrets,
    })
    const statuses: number[] = []
    const worker = async () => {
      for (let count = 0; count < 25; count += 1) {
        const response = await gateway.chat(body)
        await response.text()
        statuses.push(response.status)
      }
    }
    const rotate = async () => {
      for (let round = 1; round <= 3; round += 1) {
        await upstream.request(round * 40)
        valid = `Bearer sk-${round}`
        await upstream.request(upstream.requests.length + 5)
        gateway.secrets.set('first', `sk-${round}`)
      }
    }
    await Promise.all([rotate(), ...Array.from({ length: 8 }, worker)])
    expect(statuses).toHaveLength(200)
    expect(statuses.filter((status) => status !== 200)).toEqual([])
  })

  it('a key of a caller never reaches a provider', async () => {
    const upstream = await testUpstream(json(200, completion('ok')))
    const gateway = await testGateway({
      providers: [keyedProvider('first', { baseURL: upstream.url }), simulatorOf('other')],
      secrets,
    })
    await gateway.chat(body, {
      authorization: 'Bearer caller-secret',
      'x-api-key': 'caller-secret',
      'x-goog-api-key': 'caller-secret',
      cookie: 'session=caller-secret',
    })
    expect(JSON.stringify(upstream.requests[0]?.headers)).not.toContain('caller-secret')
  })
})

/** A clock on which rotations are not waited for: short delays elapse at once. */
class ImpatientClock extends FakeClock {
  override setTimer(delayMs: number, callback: () => void) {
    if (delayMs > 5000) return super.setTimer(delayMs, callback)
    const handle = setImmediate(callback)
    return { cancel: () => clearImmediate(handle) }
  }
}

describe('the health of a provider', () => {
  it.each<[string, Answer, string]>([
    ['garbage', (r) => r.end('<html>'), 'not a JSON object'],
    ['a cut body', cutBody, 'before its answer was complete'],
    ['a closed connection', (r) => void r.destroy(), 'first'],
  ])('is Unreachable after %s and says why', async (_name, answer, why) => {
    const upstream = await testUpstream(answer)
    const gateway = await testGateway({
      providers: [keyedProvider('first', { baseURL: upstream.url })],
      secrets,
    })
    await gateway.chat(body)
    expect(gateway.report().providers[0]).toMatchObject({
      health: 'Unreachable',
      message: expect.stringContaining(why),
    })
  })
})
