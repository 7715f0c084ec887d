import { describe, expect, it } from 'vitest'
import type { ProviderModel } from '@fairlead/snapshot'
import { consumerOf, promptOf, routeOf, simulatorOf } from './test-support/snapshot.ts'
import { testGateway, type TestGateway } from './test-support/test-gateway.ts'

const modelWith = (parts: Partial<ProviderModel>): ProviderModel => ({
  name: 'm',
  aliases: [],
  contextWindow: undefined,
  maxOutputTokens: undefined,
  capabilities: [],
  ...parts,
})

const price = {
  inputPerMillion: '2',
  outputPerMillion: '10',
  cachedInputPerMillion: undefined,
  cacheWritePerMillion: undefined,
}

async function explained(
  gateway: TestGateway,
  body: object,
  headers: Record<string, string> = {},
): Promise<Record<string, unknown>> {
  const response = await gateway.post('/v1/route', body, headers)
  expect(response.status).toBe(200)
  return (await response.json()) as Record<string, unknown>
}

describe('POST /v1/route', () => {
  const providers = [
    { ...simulatorOf('one'), models: [modelWith({ price }), modelWith({ name: 'x' })] },
    { ...simulatorOf('two'), models: [modelWith({ contextWindow: 100 })] },
    simulatorOf('three'),
  ]
  const routes = [
    routeOf('named', [{ provider: 'one' }], { match: { models: ['other'] } }),
    routeOf('group', [{ provider: 'one' }], { match: { groups: ['finance'] } }),
    routeOf('consumer', [{ provider: 'one' }], { match: { consumers: ['default/secret-name'] } }),
    routeOf('tier', [{ provider: 'one' }], {
      match: { headers: [{ name: 'x-tier', value: 'secret-value' }] },
    }),
    routeOf('prompt', [{ provider: 'one' }], { match: { promptTemplates: ['p'] } }),
    routeOf('long', [{ provider: 'one' }], { match: { inputTokens: { min: 1000, max: 2000 } } }),
    routeOf('chosen', [{ provider: 'two' }, { provider: 'one' }], {
      match: { models: ['m'] },
      mirror: { provider: 'default/three', model: 'copy', percent: 5 },
    }),
    routeOf('never', [{ provider: 'three' }]),
  ]
  const call = { model: 'm', messages: [{ role: 'user', content: 'x'.repeat(800) }] }

  it('says which rules do not match and why, and where the call goes', async () => {
    const gateway = await testGateway({ providers, routes })
    const explanation = await explained(gateway, call, { 'x-tier': 'silver' })
    expect(explanation).toMatchObject({
      object: 'route',
      model: 'm',
      consumer: null,
      input_tokens: 200,
      rules: [
        { route: 'policy/named', reason: 'it is for other models' },
        { route: 'policy/group', reason: 'the caller is in none of its groups' },
        { route: 'policy/consumer', reason: 'the caller is none of its consumers' },
        { route: 'policy/tier', reason: 'the header x-tier differs' },
        { route: 'policy/prompt', reason: 'the call uses none of its PromptTemplates' },
        { route: 'policy/long', reason: 'about 200 input tokens are too few' },
      ],
      route: 'policy/chosen',
      strategy: 'Priority',
      sticky: null,
      targets: [
        {
          target: 'one',
          provider: 'default/one',
          model: 'm',
          health: 'Unknown',
          available_in_ms: 0,
          in_flight: 0,
          latency_ms: null,
          price: { input_per_million: '2', output_per_million: '10' },
          // 200 input tokens, and 500 output tokens of which nothing is known.
          cost: 0.0054,
        },
      ],
      passed_over: [
        {
          target: 'two',
          reason: 'about 200 input tokens do not fit into its context window of 100',
        },
      ],
      mirror: { target: 'mirror', provider: 'default/three', model: 'copy', percent: 5 },
      error: null,
    })
    expect(JSON.stringify(explanation)).not.toContain('secret')
  })

  it('calls nobody, and tells what calls have shown', async () => {
    const gateway = await testGateway({ providers, routes })
    await explained(gateway, call)
    const body = { ...call, messages: [{ role: 'user', content: 'hi' }] }
    const metrics = await gateway.registry.metrics()
    expect(metrics).not.toContain('fairlead_gateway_target_calls_total{')
    await (await gateway.chat(body)).text()
    const { targets } = await explained(gateway, body)
    expect(targets).toMatchObject([
      { target: 'two', health: 'Healthy', latency_ms: expect.any(Number) as number },
      { target: 'one', health: 'Unknown' },
    ])
  })

  it('goes where the same call goes', async () => {
    const gateway = await testGateway({
      providers,
      prompts: [promptOf('p', [{ version: '1', model: 'm' }])],
      routes,
    })
    const sent: Record<string, string>[] = [
      {},
      { 'x-tier': 'secret-value' },
      { 'x-fairlead-prompt': 'p' },
    ]
    for (const headers of sent) {
      const { route } = await explained(gateway, call, headers)
      const response = await gateway.chat(call, headers)
      expect(response.headers.get('x-fairlead-route')).toBe(route)
    }
  })

  it('needs no messages', async () => {
    const gateway = await testGateway({ providers, routes })
    expect(await explained(gateway, { model: 'm' })).toMatchObject({ route: 'policy/chosen' })
  })

  it('tells the key of what the call sticks to', async () => {
    const gateway = await testGateway({
      providers,
      routes: [
        routeOf('r', [{ provider: 'one' }, { provider: 'three' }], {
          strategy: 'Weighted',
          stickiness: { by: 'Header', header: 'x-user' },
        }),
      ],
    })
    const { sticky, targets } = await explained(gateway, call, { 'x-user': 'ada' })
    expect(sticky).toEqual({
      by: 'Header',
      header: 'x-user',
      key: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
    })
    expect((await explained(gateway, call)).sticky).toMatchObject({ key: null })
    const response = await gateway.chat(call, { 'x-user': 'ada' })
    expect(targets).toMatchObject([{ target: response.headers.get('x-fairlead-target') }, {}])
  })

  it('tells the error that the call would get', async () => {
    const gateway = await testGateway({
      gateway: { auth: 'Required' },
      consumers: [
        consumerOf('some', {
          access: {
            models: ['m', 'nowhere'],
            promptTemplates: [],
            personas: [],
            contextStrategies: [],
          },
        }),
      ],
      providers,
      routes: [
        routeOf('few', [{ provider: 'two' }], { match: { models: ['m'] } }),
        routeOf('group', [{ provider: 'one' }], { match: { groups: ['finance'] } }),
      ],
      secrets: { some: 'key' },
    })
    const headers = { 'x-api-key': 'key' }
    expect(await explained(gateway, call, headers)).toMatchObject({
      route: 'policy/few',
      targets: [],
      passed_over: [{ target: 'two' }],
      error: { status: 400, code: 'context_length_exceeded' },
    })
    expect(await explained(gateway, { model: 'secret' }, headers)).toMatchObject({
      rules: [],
      route: null,
      refused_by: 'spec.access',
      error: { status: 404, code: 'model_not_found' },
    })
    const refused = await gateway.post('/v1/route', call)
    expect(refused.status).toBe(401)
    const wrong = await gateway.post('/v1/route', { model: 1 }, headers)
    expect([wrong.status, await wrong.json()]).toMatchObject([400, { error: { param: 'model' } }])
  })
})
