import { HeaderFields } from '@fairlead/http1'
import { describe, expect, it, vi } from 'vitest'
import { policyOf } from '../test-support/access-policy.ts'
import { guardOf, guardrailOf } from '../test-support/guardrail-policy.ts'
import { testCollector } from '../test-support/collector.ts'
import { ownCallBench } from '../test-support/own-calls.ts'
import {
  consumerOf,
  keyedProvider,
  routeOf,
  simulatorOf,
  snapshotOf,
} from '../test-support/snapshot.ts'
import { testUpstream } from '../test-support/test-gateway.ts'
import { type Answer, completion, json } from '../test-support/upstream.ts'
import { limitOf, usagePolicyOf } from '../test-support/usage-policy.ts'

const request = {
  model: 'small',
  instructions: 'Summarise.',
  input: 'A long dialogue.',
  maxOutputTokens: 200,
}

const team = {
  gateway: { auth: 'Required' as const },
  consumers: [
    consumerOf('ann', {
      access: { models: ['other'], promptTemplates: [], personas: [], contextStrategies: [] },
    }),
  ],
}

/** A provider that fails, and one that answers with 12 + 3 tokens. */
async function bench(
  parts: Partial<Parameters<typeof ownCallBench>[0]> = {},
  answer: Answer = json(200, completion('the gist')),
) {
  const primary = await testUpstream(json(503, { error: { message: 'down' } }))
  const fallback = await testUpstream(answer)
  const own = await ownCallBench({
    providers: [
      keyedProvider('primary', { baseURL: primary.url }),
      keyedProvider('fallback', { baseURL: fallback.url }),
    ],
    routes: [
      routeOf('chat', [{ provider: 'primary' }, { provider: 'fallback' }], {
        retry: { attempts: 1, conditions: ['ServerError'] },
      }),
    ],
    ...team,
    ...parts,
    secrets: { primary: 'sk-1', fallback: 'sk-2', ann: 'ann' },
  })
  const logged = () => own.gateway.logs.filter(({ message }) => message === 'own call')
  return { ...own, primary, fallback, logged }
}

describe('a text that the gateway asks for itself', () => {
  it('is routed, falls back, and is noted with its purpose and the call that it is for', async () => {
    const { as, fallback, gateway, logged } = await bench()
    const { calls, on } = await as('ann')
    expect(await calls.text(request, on)).toMatchObject({
      text: 'the gist',
      usage: { inputTokens: 12, outputTokens: 3 },
    })
    expect(fallback.requests[0]?.body).toMatchObject({
      model: 'small',
      max_completion_tokens: 200,
      messages: [
        { role: 'system', content: 'Summarise.' },
        { role: 'user', content: 'A long dialogue.' },
      ],
    })
    expect(fallback.requests[0]?.headers.authorization).toBe('Bearer sk-2')
    expect(logged()[0]?.fields).toMatchObject({
      requestId: 'req_parent',
      purpose: 'summary',
      status: 200,
      consumer: 'default/ann',
      route: 'policy/chat',
      attempts: [{ outcome: 'ServerError' }, { outcome: 'Success' }],
    })
    const metrics = await gateway.registry.metrics()
    expect(metrics).toContain(
      'fairlead_gateway_own_calls_total{purpose="summary",outcome="Success"} 1',
    )
    // No caller has sent it.
    expect(metrics).not.toMatch(/fairlead_gateway_requests_total\{route="policy\/chat"/)
  })

  it('is looked at by the guards of its caller', async () => {
    const { as, fallback } = await bench({
      guardrailPolicies: [
        guardrailOf('keys', {
          guards: [
            guardOf('pii'),
            guardOf('keys', { look: { detectors: ['Secret'] }, action: { type: 'Reject' } }),
          ],
        }),
      ],
    })
    const { calls, on } = await as('ann')
    await calls.text({ ...request, input: 'Ask ada@example.com.' }, on)
    const { messages } = fallback.requests[0]?.body ?? {}
    expect(messages).toMatchObject([
      { role: 'system' },
      { content: expect.stringMatching(/^Ask \[EMAIL_\d+\]\.$/) },
    ])
    const secret = calls.text({ ...request, input: 'AKIAIOSFODNN7EXAMPLE' }, on)
    await expect(secret).rejects.toMatchObject({ code: 'content_rejected' })
    expect(fallback.requests).toHaveLength(1)
  })

  it('may name a model that its caller may not use', async () => {
    const { as, logged } = await bench({
      accessPolicies: [policyOf('none', { resources: { models: ['*'] } })],
    })
    const { calls, on } = await as('ann')
    expect(await calls.text(request, on)).toMatchObject({ text: 'the gist' })
    expect(logged()[0]?.fields['accessPolicy']).toBeUndefined()
  })

  it('counts for its caller, and is refused where no budget is left', async () => {
    const { as, fallback, logged } = await bench({
      usagePolicies: [
        usagePolicyOf('each', {
          per: [{ by: 'Consumer' }],
          limits: [limitOf('tokens', { measure: 'TotalTokens', amount: 1000 })],
        }),
      ],
    })
    const { calls, on } = await as('ann')
    const long = { ...request, input: 'x'.repeat(900) }
    await expect(calls.text(long, on)).rejects.toMatchObject({ status: 429 })
    expect(fallback.requests).toHaveLength(0)
    expect(logged()[0]?.fields).toMatchObject({ limits: [{ limit: 'default/each/tokens' }] })
    // It counts beside the gateway's own, which is nobody's.
    const free = { ...request, maxOutputTokens: 10 }
    for (let count = 0; count < 3; count += 1) await calls.text(free, on)
    await calls.text(free, { ...on, caller: undefined })
    expect(logged().at(-1)?.fields).toMatchObject({ consumer: '', status: 200 })
  })

  it('ends with its time, with its signal and with the gateway', async () => {
    const silent: Answer = () => {}
    const { as, gateway, logged } = await bench(
      { routes: [routeOf('chat', [{ provider: 'fallback' }])] },
      silent,
    )
    const { calls, on } = await as('ann')
    await expect(calls.text(request, { ...on, timeoutMs: 50 })).rejects.toMatchObject({
      code: 'request_timeout',
    })
    const leaving = new AbortController()
    const left = calls.text(request, { ...on, signal: leaving.signal })
    leaving.abort(new Error('not needed'))
    await expect(left).rejects.toThrow('not needed')
    const last = calls.text(request, on).catch((error: unknown) => error)
    await gateway.drain(10)
    expect(await last).toMatchObject({ code: 'shutting_down' })
    await expect(calls.text(request, on)).rejects.toMatchObject({ code: 'shutting_down' })
    await vi.waitFor(() => expect(logged().length).toBeGreaterThanOrEqual(3))
  })

  it('outlives the configuration of the call that it is for', async () => {
    const { as, fallback, gateway } = await bench()
    const { calls, on } = await as('ann')
    const moved = await testUpstream(json(200, completion('from the new one')))
    gateway.snapshots.set(
      snapshotOf({
        ...team,
        hash: 'sha256:other',
        providers: [keyedProvider('fallback', { baseURL: moved.url })],
      }),
    )
    await vi.waitFor(() => expect(on.runtime.isReleased()).toBe(true))
    expect(await calls.text(request, on)).toMatchObject({ text: 'from the new one' })
    expect(fallback.requests).toHaveLength(0)
  })

  it('is no text if there is none', async () => {
    const { as, logged } = await bench({}, json(200, completion(' ')))
    const { calls, on } = await as('ann')
    await expect(calls.text(request, on)).rejects.toMatchObject({
      code: 'upstream_invalid_response',
    })
    expect(logged()[0]?.fields).toMatchObject({ status: 502, inputTokens: 12 })
  })

  it.each([
    ['gpt-5', { reasoning_effort: 'low', max_completion_tokens: 2248 }],
    ['gpt-4o', { max_completion_tokens: 200 }],
  ])('asks %s for as little thinking as it knows of', async (model, expected) => {
    const { as, fallback } = await bench()
    const { calls, on } = await as('ann')
    await calls.text({ ...request, model }, on)
    const { reasoning_effort, max_completion_tokens } = fallback.requests[0]?.body ?? {}
    expect(JSON.parse(JSON.stringify({ reasoning_effort, max_completion_tokens }))).toEqual(
      expected,
    )
  })

  it('is a span of the call that it is for', async () => {
    const collector = await testCollector()
    const { as, gateway } = await ownCallBench({
      providers: [simulatorOf('local')],
      options: {
        telemetry: {
          isDisabled: false,
          tracesURL: `${collector.url}/v1/traces`,
          headers: [],
          resource: { 'service.name': 'test' },
          sampling: { isParentBased: true, ratio: 1 },
        },
      },
    })
    const { calls, on, services } = await as()
    const parent = services.tracing.begin(HeaderFields.from({}))
    await calls.text(request, { ...on, trace: parent })
    await gateway.drain(1_000)
    const call = collector.spans.find(({ kind }) => kind === 1)
    expect(call).toMatchObject({
      name: 'chat small',
      traceId: parent?.traceId,
      parentSpanId: parent?.spanId,
      attributes: { 'fairlead.purpose': 'summary', 'fairlead.request_id': 'req_parent' },
    })
  })
})
