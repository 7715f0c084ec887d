import { describe, expect, it } from 'vitest'
import type { LLMProviderSettings, TelemetrySettings } from '@fairlead/snapshot'
import type { TelemetryEnvironment } from './telemetry/trace-plan.ts'
import { type ReceivedSpan, testCollector } from './test-support/collector.ts'
import { keyedProvider, promptOf, routeOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { chunks, completion, json, sse } from './test-support/upstream.ts'

const traceId = '0af7651916cd43dd8448eb211c80319c'
const parentSpanId = 'b7ad6b7169203331'
const caller = (flags: string) => ({ traceparent: `00-${traceId}-${parentSpanId}-${flags}` })
const messages = [{ role: 'user', content: 'the question' }]

/** A gateway whose primary fails and whose fallback answers, and its collector. */
async function bench(
  parts: {
    readonly traces?: Partial<TelemetrySettings['traces']>
    readonly semconv?: TelemetrySettings['semconv']
    readonly environment?: Partial<TelemetryEnvironment>
    readonly provider?: Partial<LLMProviderSettings>
    /** The collector's address is in the spec, with a header, and not in the environment. */
    readonly inSpec?: boolean
  } = {},
) {
  const collector = await testCollector()
  const primary = await testUpstream(json(503, { error: { message: 'down' } }))
  const fallback = await testUpstream((response, request) =>
    request.body['stream'] === true
      ? sse(...chunks(['the ', 'answer']))(response, request)
      : json(200, completion('the answer'))(response, request),
  )
  const secret = { namespace: 'default', name: 'collector', key: 'value' }
  const otlp = { endpoint: collector.url, headers: [{ name: 'api-key', secret }] }
  const gateway = await testGateway({
    gateway: {
      telemetry: {
        semconv: parts.semconv ?? 'Latest',
        traces: {
          otlp: parts.inSpec === true ? otlp : undefined,
          samplePercent: undefined,
          content: false,
          ...parts.traces,
        },
      },
    },
    providers: [
      keyedProvider('primary', { baseURL: primary.url }),
      keyedProvider('fallback', { baseURL: fallback.url, ...parts.provider }),
    ],
    routes: [
      routeOf('chat', [{ provider: 'primary' }, { provider: 'fallback' }], {
        retry: { attempts: 1, conditions: ['ServerError'] },
      }),
    ],
    prompts: [promptOf('ask', [{ version: '3', messages: [{ role: 'system', content: 'Be.' }] }])],
    secrets: { primary: 'sk-1', fallback: 'sk-2', collector: 'collector-key' },
    options: {
      telemetry: {
        isDisabled: false,
        tracesURL: parts.inSpec === true ? undefined : `${collector.url}/v1/traces`,
        headers: [],
        resource: { 'service.name': 'test', 'service.version': '1' },
        sampling: { isParentBased: true, ratio: 1 },
        ...parts.environment,
      },
    },
  })
  /** All spans, once the gateway has stopped. */
  const received = async () => {
    await gateway.drain(1_000)
    return collector.spans
  }
  return { collector, gateway, primary, fallback, received }
}

function treeOf(spans: readonly ReceivedSpan[]) {
  const call = spans.find(({ kind }) => kind === 2)
  const attempts = spans.filter(({ kind }) => kind === 3)
  if (call === undefined) throw new Error('there is no span of a call')
  return { call, attempts }
}

describe('the spans of a call', () => {
  it('are one for the call, and below it one for each attempt', async () => {
    const { collector, gateway, primary, fallback, received } = await bench()
    const headers = { ...caller('01'), tracestate: 'vendor=1', 'x-fairlead-prompt': 'ask@3' }
    const response = await gateway.chat({ model: 'm', messages }, headers)
    await response.text()
    const spans = await received()
    expect(spans).toHaveLength(3)
    const { call, attempts } = treeOf(spans)
    expect(call).toMatchObject({
      traceId,
      parentSpanId,
      traceState: 'vendor=1',
      name: 'chat m',
      status: undefined,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'm',
        'gen_ai.request.stream': false,
        'gen_ai.usage.input_tokens': 12,
        'gen_ai.usage.output_tokens': 3,
        'gen_ai.prompt.name': 'default/ask',
        'fairlead.prompt_version': '3',
        'fairlead.request_id': response.headers.get('x-fairlead-request-id'),
        'fairlead.route': 'policy/chat',
        'fairlead.provider': 'default/fallback',
        'fairlead.attempts': 2,
        'http.response.status_code': 200,
      },
    })
    const [failed, answered] = attempts
    expect(failed).toMatchObject({
      traceId,
      parentSpanId: call.spanId,
      name: 'chat m',
      status: { code: 2, message: 'status 503' },
      attributes: {
        'fairlead.target': 'primary',
        'fairlead.provider': 'default/primary',
        'fairlead.credential': 'main',
        'error.type': 'ServerError',
        'http.response.status_code': 503,
        'server.address': '127.0.0.1',
        'server.port': Number(new URL(primary.url).port),
      },
    })
    expect(answered).toMatchObject({
      traceId,
      parentSpanId: call.spanId,
      status: undefined,
      attributes: {
        'fairlead.outcome': 'Success',
        'gen_ai.usage.output_tokens': 3,
        'server.port': Number(new URL(fallback.url).port),
      },
    })
    expect(answered?.attributes).not.toHaveProperty(['error.type'])
    for (const one of attempts) {
      expect(one.startNano >= call.startNano && one.endNano <= call.endNano).toBe(true)
      expect(one.startNano <= one.endNano).toBe(true)
    }
    expect(collector.resources[0]).toEqual({ 'service.name': 'test', 'service.version': '1' })
  })

  it('are told to the providers, each its own', async () => {
    const { gateway, primary, fallback, received } = await bench()
    await (
      await gateway.chat({ model: 'm', messages }, { ...caller('01'), tracestate: 'v=1' })
    ).text()
    const { attempts } = treeOf(await received())
    const sent = [primary, fallback].map(({ requests }) => requests[0]?.headers)
    expect(sent.map((headers) => headers?.['traceparent'])).toEqual(
      attempts.map(({ spanId }) => `00-${traceId}-${spanId}-01`),
    )
    expect(sent.map((headers) => headers?.['tracestate'])).toEqual(['v=1', 'v=1'])
  })

  it.each(['', `00-${traceId}`, caller('01').traceparent.toUpperCase()])(
    'begin a new trace for the traceparent %j',
    async (traceparent) => {
      const { gateway, fallback, received } = await bench()
      const headers = { traceparent, tracestate: 'vendor=1' }
      await (await gateway.chat({ model: 'm', messages }, headers)).text()
      const { call } = treeOf(await received())
      expect(call.traceId).not.toBe(traceId)
      expect(call).toMatchObject({ parentSpanId: undefined, traceState: undefined })
      const sent = fallback.requests[0]?.headers
      expect(sent?.['traceparent']).toContain(call.traceId)
      expect(sent?.['tracestate']).toBeUndefined()
    },
  )

  it('of a stream last until its end', async () => {
    const { gateway, received } = await bench()
    await (await gateway.chat({ model: 'm', messages, stream: true })).text()
    const { call, attempts } = treeOf(await received())
    expect(call.attributes).toMatchObject({
      'gen_ai.request.stream': true,
      'gen_ai.response.time_to_first_chunk': expect.any(Number),
    })
    expect(attempts[1]?.endNano).toBe(call.endNano)
  })

  it('say what failed', async () => {
    const { gateway, fallback, received } = await bench()
    fallback.answer = json(500, {})
    await (await gateway.chat({ model: 'm', messages })).text()
    const { call, attempts } = treeOf(await received())
    expect(call).toMatchObject({
      status: { code: 2 },
      attributes: { 'error.type': expect.any(String) },
    })
    expect(call.attributes['error.type']).not.toBe('')
    expect(attempts.map(({ attributes }) => attributes['error.type'])).toEqual([
      'ServerError',
      'ServerError',
    ])
  })

  it('of a call that was refused have no attempts, and the fault is the caller’s', async () => {
    const { gateway, received } = await bench()
    await (await gateway.chat({ messages: 'none', model: 'm' })).text()
    const spans = await received()
    expect(spans).toHaveLength(1)
    expect(spans[0]).toMatchObject({ status: undefined })
  })

  it('have the names of 1.36 where these are wanted', async () => {
    const { gateway, received } = await bench({ semconv: 'V1_36' })
    await (await gateway.chat({ model: 'm', messages }, { 'x-fairlead-prompt': 'ask' })).text()
    const names = (await received()).flatMap(({ attributes }) => Object.keys(attributes))
    expect(names).toContain('gen_ai.system')
    expect(names).toContain('gen_ai.usage.input_tokens')
    for (const later of ['gen_ai.provider.name', 'gen_ai.request.stream', 'gen_ai.prompt.name']) {
      expect(names).not.toContain(later)
    }
  })
})

describe('sampling', () => {
  it('follows the caller', async () => {
    const { gateway, fallback, received } = await bench({ traces: { samplePercent: 100 } })
    await (await gateway.chat({ model: 'm', messages }, caller('00'))).text()
    expect(await received()).toEqual([])
    expect(fallback.requests[0]?.headers['traceparent']).toMatch(
      new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`),
    )
  })

  it('records a caller who is recorded, whatever the share', async () => {
    const { gateway, received } = await bench({ traces: { samplePercent: 0 } })
    await (await gateway.chat({ model: 'm', messages }, caller('01'))).text()
    await (await gateway.chat({ model: 'm', messages })).text()
    expect(await received()).toHaveLength(3)
  })
})

describe('the collector', () => {
  it('may be named by the LLMGateway, with a header from a Secret', async () => {
    const { collector, gateway, received } = await bench({ inSpec: true })
    await (await gateway.chat({ model: 'm', messages })).text()
    expect(await received()).toHaveLength(3)
    expect(collector.headers[0]).toMatchObject({ 'api-key': 'collector-key' })
  })

  it('gets nothing while the header has no value, which is reported', async () => {
    const { gateway, received } = await bench({ inSpec: true })
    gateway.secrets.set('collector', undefined)
    await (await gateway.chat({ model: 'm', messages })).text()
    expect(gateway.report().problems).toMatchObject([
      { kind: 'LLMGateway', reason: 'SecretKeyMissing' },
    ])
    gateway.secrets.set('collector', 'another')
    await (await gateway.chat({ model: 'm', messages })).text()
    expect(gateway.report().problems).toEqual([])
    expect(await received()).toHaveLength(3)
  })

  it('at an address that is not allowed is not called, and the spans are counted', async () => {
    const { gateway, received } = await bench({ inSpec: true })
    const { gateway: settings, ...snapshot } = gateway.snapshots.current() ?? {}
    if (settings === undefined) throw new Error('there is a snapshot')
    gateway.snapshots.set({
      ...snapshot,
      gateway: { ...settings, allowPrivateNetworks: false },
    } as Parameters<typeof gateway.snapshots.set>[0])
    const response = await gateway.chat({ model: 'm', messages }, caller('01'))
    expect(response.status).toBe(502)
    expect(await received()).toEqual([])
    const text = await gateway.registry.metrics()
    expect(text).toMatch(/spans_dropped_total\{reason="Refused"\} 3/)
  })
})

describe('without tracing', () => {
  it.each([
    ['no endpoint', { tracesURL: undefined }],
    ['OTEL_SDK_DISABLED', { isDisabled: true }],
  ])('the trace context passes unchanged: %s', async (_name, environment) => {
    const { gateway, fallback, received } = await bench({ environment })
    const headers = { traceparent: 'whatever it is', tracestate: 'a=b, c' }
    await (await gateway.chat({ model: 'm', messages }, headers)).text()
    expect(fallback.requests[0]?.headers).toMatchObject(headers)
    expect(await received()).toEqual([])
  })
})

describe('content', () => {
  it('is not recorded unless it is wanted', async () => {
    const { gateway, received } = await bench()
    await (await gateway.chat({ model: 'm', messages })).text()
    const text = JSON.stringify((await received()).map(({ attributes }) => attributes))
    expect(text).not.toContain('the question')
    expect(text).not.toContain('the answer')
    expect(text).not.toContain('sk-')
  })

  it.each([false, true])('is recorded where it is wanted, streamed %j', async (stream) => {
    const { gateway, received } = await bench({ traces: { content: true } })
    const headers = { 'x-fairlead-prompt': 'ask' }
    await (await gateway.chat({ model: 'm', messages, stream }, headers)).text()
    const { call } = treeOf(await received())
    const parsed = (name: string) => JSON.parse(call.attributes[name] as string) as unknown
    expect(parsed('gen_ai.input.messages')).toEqual([
      { role: 'system', parts: [{ type: 'text', content: 'Be.' }] },
      { role: 'user', parts: [{ type: 'text', content: 'the question' }] },
    ])
    expect(parsed('gen_ai.output.messages')).toEqual([
      {
        role: 'assistant',
        parts: [{ type: 'text', content: 'the answer' }],
        finish_reason: 'stop',
      },
    ])
  })
})
