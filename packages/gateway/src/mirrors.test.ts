import { type Clock, systemClock } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import type { MirrorSettings } from '@fairlead/snapshot'
import { describe, expect, it, vi } from 'vitest'
import { keyedProvider, providerOf, routeOf, simulatorOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, chunks, completion, json, sse } from './test-support/upstream.ts'

const call = { model: 'm', messages: [{ role: 'user', content: 'hi' }] }

async function mirroredGateway(
  answer: Answer,
  {
    mirror = {},
    stream = false,
    clock = systemClock,
  }: { mirror?: Partial<MirrorSettings>; stream?: boolean; clock?: Clock } = {},
) {
  const candidate = await testUpstream(answer)
  const primary = await testUpstream(
    stream ? sse(...chunks(['from ', 'primary'])) : json(200, completion('from primary')),
  )
  const gateway = await testGateway({
    providers: [
      keyedProvider('primary', { baseURL: primary.url }),
      keyedProvider('candidate', { baseURL: candidate.url }),
    ],
    routes: [
      routeOf('r', [{ provider: 'primary' }], {
        mirror: { provider: 'default/candidate', model: 'new', percent: 100, ...mirror },
        timeouts: { firstByteMs: 60_000, idleMs: 1_000, totalMs: 60_000 },
      }),
    ],
    secrets: { primary: 'sk-1', candidate: 'sk-2' },
    options: { clock },
  })
  const mirrored = () => gateway.logs.filter(({ message }) => message === 'mirror')
  return { gateway, candidate, mirrored }
}

describe('a mirror', () => {
  it.each([false, true])('gets a copy, and the caller nothing of it: stream %s', async (stream) => {
    const answer = stream ? sse(...chunks(['from ', 'candidate'])) : json(200, completion('copy'))
    const { gateway, candidate, mirrored } = await mirroredGateway(answer, { stream })
    const response = await gateway.chat({ ...call, stream })
    expect(await response.text()).toContain('primary')
    expect(response.headers.get('x-fairlead-provider')).toBe('default/primary')
    await vi.waitFor(() => expect(mirrored()).toHaveLength(1))
    expect(candidate.requests[0]?.body).toMatchObject({ ...call, model: 'new', stream })
    const own = gateway.logs.find(({ message }) => message === 'call')
    expect(mirrored()[0]?.fields).toMatchObject({
      requestId: own?.fields['requestId'],
      route: 'policy/r',
      mirror: { provider: 'default/candidate', model: 'new', outcome: 'Success' },
    })
    expect(await gateway.registry.metrics()).toContain(
      'fairlead_gateway_mirrored_calls_total{provider="default/candidate",outcome="Success"} 1',
    )
    expect(own?.fields).toMatchObject({ provider: 'default/primary', target: 'primary' })
  })

  it.each<[string, Answer, string]>([
    ['fails', json(500, { error: { message: 'broken' } }), 'ServerError'],
    ['refuses', json(400, { error: { message: 'no' } }), 'InvalidRequest'],
    ['hangs up', (response) => void response.destroy(), 'Connect'],
  ])('that %s harms nobody', async (_name, answer, outcome) => {
    const { gateway, mirrored } = await mirroredGateway(answer)
    for (let count = 0; count < 3; count += 1) {
      const response = await gateway.chat(call)
      expect(response.status).toBe(200)
      expect(response.headers.get('x-fairlead-attempts')).toBe('1')
    }
    await vi.waitFor(() => expect(mirrored()).toHaveLength(3))
    for (const { fields } of mirrored()) expect(fields).toMatchObject({ mirror: { outcome } })
  })

  it('that breaks off in mid-answer is told apart', async () => {
    const cut: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(chunks(['from ']).slice(0, 2).join(''))
      setImmediate(() => response.destroy())
    }
    const { gateway, mirrored } = await mirroredGateway(cut, { stream: true })
    expect((await gateway.chat({ ...call, stream: true })).status).toBe(200)
    await vi.waitFor(() => expect(mirrored()).toHaveLength(1))
    expect(mirrored()[0]?.fields).toMatchObject({ mirror: { outcome: 'Cut', status: 200 } })
  })

  it('that completes its answers is not ejected for some that it broke off', async () => {
    let count = 0
    const complete = chunks(['from ', 'candidate'])
    // Every second answer is cut.
    const mixed: Answer = (response, request) =>
      sse(...((count += 1) % 2 === 0 ? complete : complete.slice(0, 2)))(response, request)
    const { gateway, mirrored } = await mirroredGateway(mixed, { stream: true })
    for (let number = 1; number <= 9; number += 1) {
      await (await gateway.chat({ ...call, stream: true })).text()
      await vi.waitFor(() => expect(mirrored()).toHaveLength(number))
    }
    const provider = gateway.report().providers.find(({ name }) => name === 'candidate')
    expect(provider?.health).toBe('Healthy')
  })

  it('that falls silent in mid-answer is told apart from one that is cut', async () => {
    const silent: Answer = (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(chunks(['from ']).slice(0, 2).join(''))
    }
    const clock = new FakeClock()
    const { gateway, candidate, mirrored } = await mirroredGateway(silent, { stream: true, clock })
    await (await gateway.chat({ ...call, stream: true })).text()
    await candidate.request(1)
    // The copy's answer has begun: its silence may be shorter than its first byte may take.
    await clock.timerOf(1_000)
    await vi.waitFor(async () => {
      await clock.advance(1_000)
      expect(mirrored()).toHaveLength(1)
    })
    expect(mirrored()[0]?.fields).toMatchObject({ mirror: { outcome: 'Timeout' } })
  })

  it('that never answers holds up no more than a few copies', async () => {
    const { gateway, candidate } = await mirroredGateway(() => {})
    for (let count = 0; count < 20; count += 1) {
      expect((await gateway.chat(call)).status).toBe(200)
    }
    await vi.waitFor(() => expect(candidate.requests).toHaveLength(16))
    expect(await gateway.registry.metrics()).toContain(
      'fairlead_gateway_mirrored_calls_total{provider="default/candidate",outcome="Dropped"} 4',
    )
    const draining = gateway.drain(0)
    await expect(draining).resolves.toBeUndefined()
    await vi.waitFor(async () =>
      expect(await gateway.registry.metrics()).toContain('outcome="Aborted"} 16'),
    )
  })

  it('gets about its share of the calls', async () => {
    let draws = 0
    const points = [0.04, 0.05, 0.5]
    const gateway = await testGateway({
      providers: [simulatorOf('primary'), simulatorOf('candidate')],
      routes: [
        routeOf('r', [{ provider: 'primary' }], {
          mirror: { provider: 'default/candidate', model: undefined, percent: 5 },
        }),
      ],
      options: { random: () => points[draws++] ?? 0.99 },
    })
    for (let count = 0; count < 3; count += 1) await (await gateway.chat(call)).text()
    const copies = () => gateway.logs.filter(({ message }) => message === 'mirror')
    await vi.waitFor(() => expect(copies()).toHaveLength(1))
    expect(draws).toBe(3)
  })

  it('is not asked for what its model cannot do', async () => {
    const model = {
      name: 'm',
      aliases: [],
      contextWindow: 10,
      maxOutputTokens: undefined,
      capabilities: [],
    }
    const gateway = await testGateway({
      providers: [simulatorOf('primary'), { ...simulatorOf('candidate'), models: [model] }],
      routes: [
        routeOf('r', [{ provider: 'primary' }], {
          mirror: { provider: 'default/candidate', model: 'm', percent: 100 },
        }),
      ],
    })
    const messages = [{ role: 'user', content: 'x'.repeat(1000) }]
    expect((await gateway.chat({ model: 'm', messages })).status).toBe(200)
    expect((await gateway.chat(call)).status).toBe(200)
    const copies = () => gateway.logs.filter(({ message }) => message === 'mirror')
    await vi.waitFor(() => expect(copies()).toHaveLength(1))
  })

  it('is no part of a conversation', async () => {
    const { gateway, candidate, mirrored } = await mirroredGateway(json(200, completion('copy')))
    const headers = { 'x-fairlead-conversation': 'talk' }
    await (await gateway.chat(call, headers)).text()
    await vi.waitFor(() => expect(mirrored()).toHaveLength(1))
    const again = { ...call, messages: [{ role: 'user', content: 'and again' }] }
    await (await gateway.chat(again, headers)).text()
    await vi.waitFor(() => expect(candidate.requests).toHaveLength(2))
    expect(candidate.requests[1]?.body['messages']).toMatchObject([
      { content: 'hi' },
      { content: 'from primary' },
      { content: 'and again' },
    ])
    const turns = await fetch(`${gateway.url}/v1/conversations/talk/turns`)
    expect(((await turns.json()) as { data: unknown[] }).data).toHaveLength(2)
  })

  it('speaks another dialect than the caller, if need be', async () => {
    const upstream = await testUpstream(
      json(200, {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'claude',
        content: [{ type: 'text', text: 'copy' }],
        stop_reason: 'end_turn',
        usage: { input_tokens: 4, output_tokens: 2 },
      }),
    )
    const gateway = await testGateway({
      providers: [
        simulatorOf('primary'),
        providerOf('candidate', {
          ...keyedProvider('candidate', { baseURL: upstream.url }),
          type: 'Anthropic',
        }),
      ],
      routes: [
        routeOf('r', [{ provider: 'primary' }], {
          mirror: { provider: 'default/candidate', model: 'claude', percent: 100 },
        }),
      ],
      secrets: { candidate: 'sk' },
    })
    expect((await gateway.chat(call)).status).toBe(200)
    const copies = () => gateway.logs.filter(({ message }) => message === 'mirror')
    await vi.waitFor(() => expect(copies()).toHaveLength(1))
    expect(copies()[0]?.fields).toMatchObject({ mirror: { outcome: 'Success', outputTokens: 2 } })
  })
})
