import { FakeClock } from '@fairlead/base/testing'
import type { ProviderModel } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { promptOf, providerOf, routeOf, simulatorOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, completion, json } from './test-support/upstream.ts'

const hello = [{ role: 'user', content: 'hi' }]

const modelWith = (parts: Partial<ProviderModel>): ProviderModel => ({
  name: 'm',
  aliases: [],
  contextWindow: undefined,
  maxOutputTokens: undefined,
  capabilities: [],
  ...parts,
})

const narrow = { ...simulatorOf('narrow'), models: [modelWith({ contextWindow: 100 })] }
const plain = { ...simulatorOf('plain'), models: [modelWith({ capabilities: ['Chat'] })] }
const both = [{ provider: 'narrow' }, { provider: 'plain' }]
const long = [{ role: 'user', content: 'x'.repeat(1000) }]

describe('a target that cannot answer the call', () => {
  it('is passed over, with the reason', async () => {
    const gateway = await testGateway({ providers: [narrow, plain], routes: [routeOf('r', both)] })
    const short = await gateway.chat({ model: 'm', messages: hello })
    expect(short.headers.get('x-fairlead-target')).toBe('narrow')
    const response = await gateway.chat({ model: 'm', messages: long })
    expect(response.headers.get('x-fairlead-target')).toBe('plain')
    expect(gateway.logs.at(-1)?.fields).toMatchObject({ target: 'plain' })
  })

  it('is known by what a PromptTemplate asks for, too', async () => {
    const responseFormat = { type: 'JSONSchema', name: 'n', schema: { type: 'object' } } as const
    const gateway = await testGateway({
      providers: [plain, simulatorOf('other')],
      prompts: [promptOf('p', [{ version: '1', responseFormat }])],
      routes: [routeOf('r', [{ provider: 'plain' }, { provider: 'other' }])],
    })
    const headers = { 'x-fairlead-prompt': 'p' }
    const response = await gateway.chat({ model: 'm', messages: hello }, headers)
    expect(response.headers.get('x-fairlead-target')).toBe('other')
  })

  it('is a 400 that says why, if there is no other', async () => {
    const gateway = await testGateway({ providers: [narrow, plain], routes: [routeOf('r', both)] })
    const body = {
      model: 'm',
      messages: long,
      tools: [{ type: 'function', function: { name: 'f' } }],
    }
    const response = await gateway.chat(body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({
      error: {
        code: 'no_capable_target',
        message: expect.stringContaining(
          'policy/r can answer this call: narrow: about 250 input tokens do not fit into its context window of 100; plain: its model lacks Tools.',
        ) as string,
      },
    })
    expect(response.headers.get('x-fairlead-route')).toBe('policy/r')
  })

  it('is the error of a prompt that is too long, if that is all', async () => {
    const gateway = await testGateway({ providers: [narrow] })
    const response = await gateway.chat({ model: 'm', messages: long })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: 'context_length_exceeded' } })
  })
})

describe('a strategy', () => {
  it('sends a call to the provider with the fewest in flight', async () => {
    let release = () => {}
    const held = new Promise<void>((resolve) => {
      release = resolve
    })
    const slow = await testUpstream((response, request) => {
      void held.then(() => json(200, completion('late'))(response, request))
    })
    const fast = await testUpstream(json(200, completion('ok')))
    const gateway = await testGateway({
      providers: [
        providerOf('slow', { type: 'OpenAICompatible', baseURL: slow.url }),
        providerOf('fast', { type: 'OpenAICompatible', baseURL: fast.url }),
      ],
      routes: [
        routeOf('r', [{ provider: 'slow' }, { provider: 'fast' }], { strategy: 'LeastBusy' }),
      ],
      options: { random: () => 0 },
    })
    const first = gateway.chat({ model: 'm', messages: hello })
    while (slow.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
    const second = await gateway.chat({ model: 'm', messages: hello })
    expect(second.headers.get('x-fairlead-target')).toBe('fast')
    release()
    expect((await first).headers.get('x-fairlead-target')).toBe('slow')
  })

  it('measures an unknown target with one call, and prefers the faster one then', async () => {
    const gateway = await testGateway({
      providers: [simulatorOf('slow', { latencyMs: 300 }), simulatorOf('fast')],
      routes: [
        routeOf('r', [{ provider: 'slow' }, { provider: 'fast' }], { strategy: 'LeastLatency' }),
      ],
      options: { random: () => 0 },
    })
    const targets: (string | null)[] = []
    for (let count = 0; count < 6; count += 1) {
      const response = await gateway.chat({ model: 'm', messages: hello })
      targets.push(response.headers.get('x-fairlead-target'))
    }
    expect(targets).toEqual(['slow', 'fast', 'fast', 'fast', 'fast', 'fast'])
  })

  it('sends a call to the cheapest, by what answers have cost', async () => {
    const price = (outputPerMillion: string) => ({
      inputPerMillion: '0',
      outputPerMillion,
      cachedInputPerMillion: undefined,
      cacheWritePerMillion: undefined,
    })
    const gateway = await testGateway({
      providers: [
        { ...simulatorOf('dear'), models: [modelWith({ price: price('10') })] },
        { ...simulatorOf('cheap'), models: [modelWith({ price: price('0.5') })] },
      ],
      routes: [
        routeOf('r', [{ provider: 'dear' }, { provider: 'cheap' }], { strategy: 'LeastCost' }),
      ],
    })
    const response = await gateway.chat({ model: 'm', messages: hello })
    expect(response.headers.get('x-fairlead-target')).toBe('cheap')
  })
})

describe('a rule with stickiness', () => {
  it.each([
    [{ by: 'Header', header: 'x-user' } as const, { 'x-user': 'ada' }],
    [{ by: 'Conversation' } as const, { 'x-fairlead-conversation': 'talk' }],
    [{ by: 'PromptPrefix' } as const, {}],
  ])(
    'keeps related calls at one target, also in another gateway: %o',
    async (stickiness, headers) => {
      const names = ['a', 'b', 'c', 'd']
      const parts = {
        providers: names.map((name) => simulatorOf(name)),
        routes: [
          routeOf(
            'r',
            names.map((provider) => ({ provider })),
            { strategy: 'Weighted', stickiness },
          ),
        ],
      }
      const targets = new Set<string | null>()
      for (let gateways = 0; gateways < 2; gateways += 1) {
        const gateway = await testGateway(parts)
        for (let count = 0; count < 4; count += 1) {
          const response = await gateway.chat({ model: 'm', messages: hello }, headers)
          targets.add(response.headers.get('x-fairlead-target'))
        }
      }
      expect(targets.size).toBe(1)
    },
  )

  it('leaves a target that fails, and comes back to it', async () => {
    const clock = new FakeClock()
    let healthy = true
    const answers = json(200, completion('ok'))
    const flapping: Answer = (response, request) =>
      (healthy ? answers : json(500, { error: { message: 'down' } }))(response, request)
    const upstreams = await Promise.all([flapping, flapping].map((answer) => testUpstream(answer)))
    const gateway = await testGateway({
      providers: upstreams.map(({ url }, index) =>
        providerOf(`p${index}`, { type: 'OpenAICompatible', baseURL: url }),
      ),
      routes: [
        routeOf('r', [{ provider: 'p0' }, { provider: 'p1' }], {
          strategy: 'Weighted',
          stickiness: { by: 'Header', header: 'x-user' },
          retry: { attempts: 0, withinMs: undefined, conditions: [] },
        }),
      ],
      options: { clock },
    })
    const ask = async () => {
      const response = await gateway.chat({ model: 'm', messages: hello }, { 'x-user': 'ada' })
      return [response.status, response.headers.get('x-fairlead-target')]
    }
    const [, home] = await ask()
    healthy = false
    for (let count = 0; count < 5; count += 1) expect(await ask()).toEqual([502, home])
    healthy = true
    const [status, other] = await ask()
    expect(status).toBe(200)
    expect(other).not.toBe(home)
    await clock.advance(10_001)
    expect(await ask()).toEqual([200, home])
  })
})
