import type { EndpointPoolSettings, LLMProviderSettings } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import type { EndpointPool, EndpointPoolState } from './sources/sources.ts'
import {
  immediateResponse,
  metadataResponse,
  requestBodyResponse,
  requestHeadersResponse,
  streamedBodyResponse,
  wholeBodyResponse,
} from './test-support/picker-messages.ts'
import { authority, signedBy } from './test-support/certificates.ts'
import { providerOf, routeOf } from './test-support/snapshot.ts'
import { TestEndpointPools } from './test-support/sources.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { picks, type Picking, testPicker, type TestPicker } from './test-support/test-picker.ts'
import { chunks, completion, json, sse, type Upstream } from './test-support/upstream.ts'

const chat = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }
const destination = 'x-gateway-destination-endpoint'

const portOf = ({ url }: Upstream): number => Number(new URL(url).port)
const endpointOf = (server: Upstream): string => `127.0.0.1:${portOf(server)}`

/** The pool of these servers: one address, and a port for each, as for data-parallel ranks. */
function poolOf(
  picker: { readonly port: number },
  servers: readonly Upstream[],
  parts: Partial<EndpointPool> = {},
): EndpointPool {
  return {
    picker: { host: '127.0.0.1', port: picker.port },
    failureMode: 'FailClose',
    servers: [{ address: '127.0.0.1', ports: servers.map(portOf), isReady: true }],
    ...parts,
  }
}

const plain: EndpointPoolSettings['picker'] = { tls: 'None', ca: undefined, timeoutMs: 10_000 }

/** A provider that the pool `default/llama` serves. */
const pooled = (
  picker: Partial<EndpointPoolSettings['picker']> = {},
  parts: Partial<LLMProviderSettings> = {},
) =>
  providerOf('pool', {
    type: 'OpenAICompatible',
    baseURL: 'http://llama.default.inferencepool/v1',
    isClusterService: true,
    endpointPool: { namespace: 'default', name: 'llama', picker: { ...plain, ...picker } },
    ...parts,
  })

const pickerCa = { namespace: 'default', name: 'picker-ca', key: 'ca.crt' }

/** The pool first, then a cloud. */
const withCloud = (cloud: Upstream, condition: 'Connect' | 'RateLimited') => ({
  providers: [pooled(), providerOf('cloud', { type: 'OpenAICompatible', baseURL: cloud.url })],
  routes: [
    routeOf('both', [{ provider: 'pool' }, { provider: 'cloud' }], {
      retry: { attempts: 1, conditions: [condition] },
    }),
  ],
})

async function gatewayOf(
  state: EndpointPoolState | undefined,
  parts: Partial<Parameters<typeof testGateway>[0]> = {},
) {
  const pools = new TestEndpointPools()
  if (state !== undefined) pools.set('default/llama', state)
  const gateway = await testGateway({
    providers: [pooled()],
    ...parts,
    options: { endpointPools: pools, ...parts.options },
  })
  return { ...gateway, pools }
}

const answers = (text: string) => testUpstream(json(200, completion(text)))
const contentOf = async (response: Response): Promise<string> =>
  ((await response.json()) as { choices: { message: { content: string } }[] }).choices[0]?.message
    .content ?? ''

/** Two servers and a picker that picks as told. */
async function setUp(
  picking: (toA: string, toB: string) => Picking,
  parts: Partial<EndpointPool> = {},
) {
  const a = await answers('a')
  const b = await answers('b')
  const picker = await testPicker(picking(endpointOf(a), endpointOf(b)))
  const gateway = await gatewayOf(poolOf(picker, [a, b], parts))
  return { a, b, picker, gateway }
}

describe('an endpoint picker that chooses', () => {
  // gateway-api-inference-extension conformance/tests/gateway_following_epp_routing.go:
  // "should route traffic to a single designated pod"
  it('decides which server gets a call', async () => {
    const { b, picker, gateway } = await setUp((_toA, toB) => picks(toB))
    expect(await contentOf(await gateway.chat(chat))).toBe('b')
    expect(b.requests[0]?.path).toBe('/v1/chat/completions')
    expect(JSON.parse(picker.picks[0]?.body.toString() ?? '')).toEqual(chat)
    expect(picker.picks[0]?.headers).toMatchObject({
      ':method': 'POST',
      ':path': '/v1/chat/completions',
      ':authority': 'llama.default.inferencepool',
      ':scheme': 'http',
      'content-type': 'application/json',
    })
  })

  // gateway_destination_endpoint_served.go: "Request is served by the selected backend pod"
  it('is told which endpoint answered, and the answer', async () => {
    const { b, picker, gateway } = await setUp((_toA, toB) => picks(toB))
    await (await gateway.chat(chat)).text()
    const pick = await picker.pick(1)
    expect(await pick.outcome.promise).toBe('Ended')
    expect(pick.served).toBe(endpointOf(b))
    expect(pick.answerHeaders).toMatchObject({
      ':status': '200',
      'content-type': 'application/json',
    })
    expect(JSON.parse(pick.answer.toString())).toEqual(completion('b'))
  })

  it('is told of a stream as it passes', async () => {
    const { a, picker, gateway } = await setUp((toA) => picks(toA))
    a.answer = sse(...chunks(['one ', 'two']))
    const text = await (await gateway.chat({ ...chat, stream: true })).text()
    const pick = await picker.pick(1)
    expect(await pick.outcome.promise).toBe('Ended')
    expect(pick.answer.toString()).toBe(text)
    expect(text).toContain('two')
  })

  it('is told that the caller has left', async () => {
    const { a, picker, gateway } = await setUp((toA) => picks(toA))
    a.answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(chunks(['one '])[1])
    }
    const caller = new AbortController()
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ ...chat, stream: true }),
      signal: caller.signal,
    })
    await response.body?.getReader().read()
    caller.abort()
    expect(await (await picker.pick(1)).outcome.promise).toBe('Cancelled')
  })

  it('is asked on one connection', async () => {
    const { picker, gateway } = await setUp((toA, toB) => picks(toA, toB))
    const responses = await Promise.all(
      Array.from({ length: 20 }, () => gateway.chat(chat).then((one) => one.text())),
    )
    expect(responses).toHaveLength(20)
    expect(new Set(picker.picks.map(({ connection }) => connection))).toEqual(new Set([1]))
  })

  it('is asked on another one when it allows no more streams', async () => {
    const a = await answers('a')
    const waiting: (() => void)[] = []
    const picker = await testPicker(
      (pick) => {
        waiting.push(() => picks(endpointOf(a))(pick))
        if (waiting.length === 5) for (const answer of waiting) answer()
      },
      undefined,
      { maxConcurrentStreams: 2 },
    )
    const gateway = await gatewayOf(poolOf(picker, [a]))
    const statuses = await Promise.all(
      Array.from({ length: 5 }, async () => (await gateway.chat(chat)).status),
    )
    expect(statuses).toEqual([200, 200, 200, 200, 200])
    expect(new Set(picker.picks.map(({ connection }) => connection)).size).toBe(3)
  })

  it('names endpoints in metadata as well', async () => {
    const { gateway } = await setUp((_toA, toB) => (pick) => {
      pick.send(metadataResponse(toB), streamedBodyResponse(pick.body, true))
    })
    expect(await contentOf(await gateway.chat(chat))).toBe('b')
  })

  it('may leave the body as it is, and name endpoints after it', async () => {
    const { b, gateway } = await setUp((_toA, toB) => (pick) => {
      pick.send(requestHeadersResponse({}), requestBodyResponse({ [destination]: toB }))
    })
    expect(await contentOf(await gateway.chat(chat))).toBe('b')
    expect(b.requests[0]?.body).toEqual(chat)
  })

  it('is sent a long body in pieces, and may send it back in others', async () => {
    const { a, picker, gateway } = await setUp((toA) => (pick) => {
      pick.send(requestHeadersResponse({ [destination]: toA }))
      for (let at = 0; at < pick.body.length; at += 62_000) {
        const piece = pick.body.subarray(at, at + 62_000)
        pick.send(streamedBodyResponse(piece, at + 62_000 >= pick.body.length))
      }
    })
    const long = { ...chat, messages: [{ role: 'user', content: 'x'.repeat(3_000_000) }] }
    expect(await contentOf(await gateway.chat(long))).toBe('a')
    expect(a.requests[0]?.body).toEqual(long)
    expect(picker.picks[0]?.body.length).toBe(JSON.stringify(long).length)
  })

  it.each(['Streamed', 'Whole'])('may change the body: %s', async (how) => {
    const changed = Buffer.from(JSON.stringify({ ...chat, model: 'm-lora' }))
    const { a, gateway } = await setUp((toA) => (pick) => {
      pick.send(
        requestHeadersResponse({ [destination]: toA }),
        how === 'Whole' ? wholeBodyResponse(changed) : streamedBodyResponse(changed, true),
      )
    })
    expect((await gateway.chat(chat)).status).toBe(200)
    expect(a.requests[0]?.body['model']).toBe('m-lora')
  })

  it('may set headers, but none that the gateway decides, and sees no key', async () => {
    const a = await answers('a')
    const picker = await testPicker((pick) => {
      pick.send(
        requestHeadersResponse(
          {
            [destination]: endpointOf(a),
            'x-prefiller-host-port': '10.0.0.9:8000',
            authorization: 'Bearer stolen',
            host: 'elsewhere.test',
            'content-length': '3',
            'x-bad': 'a\r\nx-smuggled: 1',
            ':path': '/elsewhere',
          },
          ['x-own', 'authorization'],
        ),
        streamedBodyResponse(pick.body, true),
      )
    })
    const secret = { namespace: 'default', name: 'pool', key: 'api-key' }
    const gateway = await gatewayOf(poolOf(picker, [a]), {
      providers: [
        pooled(
          {},
          {
            credentials: [{ name: 'main', secret, weight: 1 }],
            headers: [{ name: 'x-own', value: '1' }],
          },
        ),
      ],
      secrets: { pool: 'sk-hunter2' },
    })
    expect((await gateway.chat(chat)).status).toBe(200)
    const headers = a.requests[0]?.headers
    expect(headers).toMatchObject({
      authorization: 'Bearer sk-hunter2',
      'x-prefiller-host-port': '10.0.0.9:8000',
      host: endpointOf(a),
      'content-length': String(JSON.stringify(chat).length),
    })
    expect(Object.keys(headers ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^x-(?:own|bad|smuggled)$/)]),
    )
    expect(a.requests[0]?.path).toBe('/v1/chat/completions')
    expect(picker.picks[0]?.headers).toMatchObject({ 'x-own': '1' })
    expect(JSON.stringify(picker.picks[0]?.headers)).not.toContain('hunter2')
  })

  it('names fallbacks, which are tried in order', async () => {
    const { a, b, picker, gateway } = await setUp((toA, toB) => picks(toA, toB))
    await a.close()
    expect(await contentOf(await gateway.chat(chat))).toBe('b')
    expect((await picker.pick(1)).served).toBe(endpointOf(b))
  })

  it('names fallbacks that get nothing once a server has had the call', async () => {
    const a = await testUpstream((response) => response.destroy())
    const b = await answers('b')
    const picker = await testPicker(picks(endpointOf(a), endpointOf(b)))
    const gateway = await gatewayOf(poolOf(picker, [a, b]), {
      routes: [routeOf('pool', [{ provider: 'pool' }], { retry: { attempts: 0, conditions: [] } })],
    })
    expect((await gateway.chat(chat)).status).toBe(502)
    expect(b.requests).toEqual([])
  })

  it('may name a server that has come while it thought', async () => {
    const { a, b, picker, gateway } = await setUp((toA) => picks(toA))
    gateway.pools.set('default/llama', poolOf(picker, [a]))
    picker.picking = (pick) => {
      gateway.pools.set('default/llama', poolOf(picker, [a, b]))
      picks(endpointOf(b))(pick)
    }
    expect(await contentOf(await gateway.chat(chat))).toBe('b')
  })

  it('may name no server that has gone while it thought', async () => {
    const { a, b, picker, gateway } = await setUp((toA) => picks(toA))
    picker.picking = (pick) => {
      gateway.pools.set('default/llama', poolOf(picker, [a]))
      picks(endpointOf(b))(pick)
    }
    expect((await gateway.chat(chat)).status).toBe(503)
    expect(b.requests).toEqual([])
  })
})

describe('an endpoint picker that refuses a call', () => {
  it.each([429, 503, 400, 404])('with %d has its caller told so', async (status) => {
    const { gateway } = await setUp(() => (pick) => {
      pick.send(
        immediateResponse(status, 'the pool is full', {
          'retry-after': '7',
          'content-length': '3',
          'transfer-encoding': 'chunked',
          'x-split': 'a\r\nx-forged: b',
        }),
      )
    })
    const response = await gateway.chat(chat)
    expect(response.status).toBe(status)
    expect(response.headers.get('retry-after')).toBe('7')
    expect(response.headers.has('x-forged')).toBe(false)
    expect(await response.text()).toContain('the pool is full')
  })

  it('leaves it to the next target of the rule, such as a cloud', async () => {
    const a = await answers('a')
    const picker = await testPicker((pick) => pick.send(immediateResponse(429, 'shed')))
    const cloud = await answers('cloud')
    const gateway = await gatewayOf(poolOf(picker, [a]), withCloud(cloud, 'RateLimited'))
    expect(await contentOf(await gateway.chat(chat))).toBe('cloud')
    expect(picker.picks).toHaveLength(1)
    expect(a.requests).toEqual([])
  })
})

/** Ways in which a picker does not choose, and the words for them. */
const failing: readonly (readonly [string, (picker: TestPicker) => Promise<void>, string])[] = [
  ['is gone', (picker) => picker.stop(), 'could not be reached (ECONNREFUSED)'],
  [
    'ends the stream',
    (picker) => {
      picker.picking = (pick) => pick.end(0)
      return Promise.resolve()
    },
    'ended the stream without a choice',
  ],
  [
    'fails',
    (picker) => {
      picker.picking = (pick) => pick.end(13)
      return Promise.resolve()
    },
    'ended the stream with INTERNAL',
  ],
  [
    'closes the connection',
    (picker) => {
      picker.picking = (pick) => pick.stream.session?.destroy()
      return Promise.resolve()
    },
    'closed the stream without a choice',
  ],
  [
    'sends what is no message',
    (picker) => {
      picker.picking = (pick) => pick.send(Buffer.from([0xff, 0xff, 0xff]))
      return Promise.resolve()
    },
    'sent what is no ProcessingResponse',
  ],
  [
    'announces a huge message',
    (picker) => {
      picker.picking = (pick) => pick.stream.write(Buffer.from([0, 0x7f, 0xff, 0xff, 0xff]))
      return Promise.resolve()
    },
    'sent a message of 2147483647 bytes',
  ],
  [
    'names no endpoint',
    (picker) => {
      picker.picking = (pick) => pick.send(requestHeadersResponse({}), requestBodyResponse())
      return Promise.resolve()
    },
    `named no ${destination}`,
  ],
  [
    'names an address outside of the pool',
    (picker) => {
      picker.picking = picks('169.254.169.254:80', '127.0.0.1:1', 'evil.test:80', '127.0.0.1')
      return Promise.resolve()
    },
    'named no endpoint of the InferencePool',
  ],
  [
    'makes the body longer and longer',
    (picker) => {
      picker.picking = (pick) => {
        for (let piece = 0; piece < 3; piece += 1) {
          pick.send(streamedBodyResponse(Buffer.alloc(200_000), false))
        }
      }
      return Promise.resolve()
    },
    'makes the body longer than',
  ],
  [
    'answers the call itself',
    (picker) => {
      picker.picking = (pick) => pick.send(immediateResponse(200, '{}'))
      return Promise.resolve()
    },
    'answered the call itself, with status 200',
  ],
]

describe('an endpoint picker that fails', () => {
  it.each(failing)('because it %s: FailClose fails the call', async (_name, fail, words) => {
    const { a, b, picker, gateway } = await setUp((toA) => picks(toA))
    await fail(picker)
    const response = await gateway.chat(chat)
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({
      error: { code: 'endpoint_picker_failed', message: expect.stringContaining(words) },
    })
    expect([...a.requests, ...b.requests]).toEqual([])
  })

  // gateway-api-inference-extension conformance/tests/epp_unavailable_fail_open.go:
  // "Phase 2: Verify fail-open behavior after EPP becomes unavailable"
  it.each(failing)('because it %s: FailOpen has the gateway choose', async (_name, fail) => {
    const { a, b, picker, gateway } = await setUp((toA) => picks(toA), { failureMode: 'FailOpen' })
    await fail(picker)
    const response = await gateway.chat(chat)
    expect(['a', 'b']).toContain(await contentOf(response))
    expect(a.requests.length + b.requests.length).toBe(1)
    expect(await gateway.registry.metrics()).toContain(
      'fairlead_gateway_endpoint_picks_total{provider="default/pool",outcome="FailedOpen"} 1',
    )
  })

  it('is waited for no longer than configured, and its connection is tried', async () => {
    const a = await answers('a')
    const picker = await testPicker(() => {})
    const gateway = await gatewayOf(poolOf(picker, [a]), {
      providers: [pooled({ timeoutMs: 50 })],
    })
    const response = await gateway.chat(chat)
    expect(await response.json()).toMatchObject({
      error: { message: expect.stringContaining('did not choose within 50 ms') },
    })
    expect(await (await picker.pick(1)).outcome.promise).toBe('Cancelled')
    picker.picking = picks(endpointOf(a))
    expect(await contentOf(await gateway.chat(chat))).toBe('a')
  })

  it('is asked once more when it closes the connection as it is asked', async () => {
    const { picker, gateway, a } = await setUp((toA) => picks(toA))
    await (await gateway.chat(chat)).text()
    picker.losesNext = true
    expect(await contentOf(await gateway.chat(chat))).toBe('a')
    expect(a.requests).toHaveLength(2)
  })

  it('is asked again on a new connection when it is back', async () => {
    const { picker, gateway, a } = await setUp((toA) => picks(toA))
    await (await gateway.chat(chat)).text()
    for (const { stream } of picker.picks) stream.session?.close()
    expect(await contentOf(await gateway.chat(chat))).toBe('a')
    expect(a.requests).toHaveLength(2)
  })

  it('does not fail a call whose rule has another target', async () => {
    const a = await answers('a')
    const cloud = await answers('cloud')
    const picker = await testPicker(picks(endpointOf(a)))
    const gateway = await gatewayOf(poolOf(picker, [a]), withCloud(cloud, 'Connect'))
    await picker.stop()
    expect(await contentOf(await gateway.chat(chat))).toBe('cloud')
  })
})

describe('what is no endpoint picker', () => {
  it.each([
    ['speaks HTTP/1.1', json(200, {})],
    ['says nothing', () => {}],
  ])('because it %s fails the call in time', async (_name, answer) => {
    const a = await answers('a')
    const other = await testUpstream(answer)
    const gateway = await gatewayOf(poolOf({ port: portOf(other) }, [a]), {
      providers: [pooled({ timeoutMs: 300 })],
    })
    const response = await gateway.chat(chat)
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ error: { code: 'endpoint_picker_failed' } })
  })
})

describe('a pool', () => {
  it('whose servers are all gone, with FailOpen, fails the call', async () => {
    const { picker, gateway } = await setUp((toA) => picks(toA), {
      failureMode: 'FailOpen',
      servers: [{ address: '127.0.0.1', ports: [8000], isReady: false }],
    })
    await picker.stop()
    expect(await (await gateway.chat(chat)).json()).toMatchObject({
      error: { message: expect.stringContaining('has no server that is ready') },
    })
  })

  it('that does not exist is a reference that is not resolved', async () => {
    const gateway = await gatewayOf({ problem: 'there is no InferencePool default/llama' })
    expect(await (await gateway.chat(chat)).json()).toMatchObject({
      error: {
        code: 'inference_pool_unusable',
        message: expect.stringContaining('there is no InferencePool default/llama'),
      },
    })
    expect(gateway.report().problems).toEqual([
      {
        kind: 'LLMProvider',
        namespace: 'default',
        name: 'pool',
        reason: 'RefNotFound',
        message: 'spec.backendRef: there is no InferencePool default/llama',
      },
    ])
  })

  it('that comes later is used from then on, and so is another server', async () => {
    const { a, b, picker } = await setUp((_toA, toB) => picks(toB))
    const gateway = await gatewayOf({ problem: 'there is no InferencePool default/llama' })
    let changes = 0
    gateway.onReportChange(() => {
      changes += 1
    })
    gateway.pools.set('default/llama', poolOf(picker, [a]))
    expect(changes).toBeGreaterThan(0)
    expect(gateway.report().problems).toEqual([])
    expect((await gateway.chat(chat)).status).toBe(503)
    gateway.pools.set('default/llama', poolOf(picker, [a, b]))
    expect(await contentOf(await gateway.chat(chat))).toBe('b')
  })

  it('cannot be used where configuration comes from files', async () => {
    const gateway = await testGateway({ providers: [pooled()] })
    expect(gateway.report().problems[0]?.message).toContain('InferencePool default/llama cannot be')
  })

  it('at loopback is refused where private networks are', async () => {
    const { a, picker } = await setUp((toA) => picks(toA))
    const gateway = await gatewayOf(poolOf(picker, [a]), {
      gateway: { allowPrivateNetworks: false },
    })
    expect(await (await gateway.chat(chat)).json()).toMatchObject({
      error: { message: expect.stringContaining('127.0.0.1 is a private address') },
    })
    expect(picker.picks).toEqual([])
  })
})

describe('TLS of an endpoint picker', () => {
  const own = authority()
  const resolveHost = () => Promise.resolve([{ address: '127.0.0.1', family: 4 }])

  it('is not verified by default, as pickers make their own certificates', async () => {
    const a = await answers('a')
    const picker = await testPicker(picks(endpointOf(a)), authority())
    const gateway = await gatewayOf(poolOf(picker, [a]), {
      providers: [pooled({ tls: 'Unverified' })],
    })
    expect(await contentOf(await gateway.chat(chat))).toBe('a')
  })

  it.each([
    ['of the authority', () => signedBy(own, 'DNS:picker.test'), 200],
    ['of the authority for another name', () => signedBy(own, 'DNS:other.test'), 503],
    ['of another authority', () => signedBy(authority(), 'DNS:picker.test'), 503],
  ])('is verified where that is asked for: a certificate %s', async (_name, make, status) => {
    const a = await answers('a')
    const picker = await testPicker(picks(endpointOf(a)), make())
    const pool = poolOf(picker, [a])
    const gateway = await gatewayOf(
      { ...pool, picker: { ...pool.picker, host: 'picker.test' } },
      {
        providers: [pooled({ tls: 'Verified', ca: pickerCa })],
        secrets: { 'picker-ca': own.cert },
        options: { resolveHost },
      },
    )
    expect((await gateway.chat(chat)).status).toBe(status)
    expect(picker.picks).toHaveLength(status === 200 ? 1 : 0)
  })

  it('is not used while the Secret of its authorities is missing', async () => {
    const gateway = await gatewayOf(undefined, {
      providers: [pooled({ tls: 'Verified', ca: pickerCa })],
    })
    expect(await (await gateway.chat(chat)).json()).toMatchObject({
      error: { code: 'upstream_tls_unusable' },
    })
    expect(gateway.report().problems).toMatchObject([{ reason: 'SecretKeyMissing' }])
  })
})
