import type { AccessPolicySettings, LLMProviderSettings } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import {
  consumerOf,
  personaOf,
  promptOf,
  routeOf,
  simulatorOf,
  snapshotOf,
  type SnapshotParts,
} from './test-support/snapshot.ts'
import { policyOf } from './test-support/access-policy.ts'
import { testGateway } from './test-support/test-gateway.ts'

const body = { model: 'small', messages: [{ role: 'user', content: 'hi' }] }

const model = (name: string): LLMProviderSettings['models'][number] => ({
  name,
  aliases: [],
  contextWindow: undefined,
  maxOutputTokens: undefined,
  capabilities: [],
})

const provider = (name: string, ...models: string[]) => ({
  ...simulatorOf(name),
  models: models.map(model),
})

/** Ada is in research, Bob in sales; whoever sends no key is nobody. */
async function start(policies: readonly AccessPolicySettings[], parts: SnapshotParts = {}) {
  const snapshot: SnapshotParts = {
    providers: [provider('one', 'small', 'large', 'huge'), provider('two', 'small')],
    consumers: [
      consumerOf('ada', { groups: ['research'] }),
      consumerOf('bob', { groups: ['sales'], metadata: { tier: 'basic' } }),
    ],
    accessPolicies: policies,
    ...parts,
    gateway: { auth: 'Required', ...parts.gateway },
  }
  const gateway = await testGateway({ ...snapshot, secrets: { ada: 'ada', bob: 'bob' } })
  const get = async (who: string, path: string): Promise<unknown> =>
    (await fetch(`${gateway.url}${path}`, { headers: { 'x-api-key': who } })).json()
  return {
    gateway,
    snapshot,
    ask: async (who: string, call: object = {}) => {
      const response = await gateway.chat({ ...body, ...call }, { 'x-api-key': who })
      const text = await response.text()
      const code = /"code": ?"([a-z_]+)"/.exec(text)?.[1]
      return code === undefined ? response.status : `${response.status} ${code}`
    },
    listed: async (who: string) => {
      const { data } = (await get(who, '/v1/models')) as { data: { id: string }[] }
      return data.map(({ id }) => id)
    },
    get,
  }
}

const onlyResearch = policyOf('large-models', {
  subjects: { notGroups: ['research'] },
  resources: { models: ['large', 'hu*'] },
})

describe('an AccessPolicy about models', () => {
  it('denies: what one may not use is not found and not listed, in any dialect', async () => {
    const { ask, gateway, get, listed } = await start([onlyResearch])
    expect(await ask('ada', { model: 'large' })).toBe(200)
    expect(await ask('bob')).toBe(200)
    expect(await ask('bob', { model: 'large' })).toBe('404 model_not_found')
    expect(await ask('bob', { model: 'huge' })).toBe('404 model_not_found')
    expect(await listed('ada')).toEqual(['huge', 'large', 'small'])
    expect(await listed('bob')).toEqual(['small'])
    expect(await get('bob', '/v1beta/models')).toMatchObject({ models: [{ name: 'models/small' }] })
    expect(await get('bob', '/api/tags')).toMatchObject({ models: [{ name: 'small' }] })
    expect(await get('bob', '/v1/models/large')).toMatchObject({
      error: { code: 'model_not_found' },
    })
    const counted = await gateway.post(
      '/v1beta/models/large:countTokens',
      { contents: [{ parts: [{ text: 'hi' }] }] },
      { 'x-goog-api-key': 'bob' },
    )
    expect(counted.status).toBe(404)
  })

  it('refuses with the very answer that a model gets that does not exist', async () => {
    const { gateway } = await start([onlyResearch])
    const answers = ['large', 'absent'].map(async (name) => {
      const response = await gateway.chat({ ...body, model: name }, { 'x-api-key': 'bob' })
      return [response.status, (await response.text()).replaceAll(name, '…')]
    })
    const [denied, absent] = await Promise.all(answers)
    expect(denied).toEqual(absent)
  })

  it('is named in log and metric, and to whoever asks for the route', async () => {
    const { ask, gateway } = await start([onlyResearch])
    await ask('bob', { model: 'large' })
    expect(gateway.logs.at(-1)?.fields).toMatchObject({ accessPolicy: 'default/large-models' })
    expect(await gateway.registry.metrics()).toContain(
      'fairlead_access_refusals_total{policy="default/large-models",resource="Model",mode="Enforce"} 1',
    )
    const explained = await gateway.post('/v1/route', { model: 'large' }, { 'x-api-key': 'bob' })
    expect(await explained.json()).toMatchObject({
      refused_by: 'AccessPolicy default/large-models',
      rules: [],
      error: { code: 'model_not_found' },
    })
  })

  it('allows nothing else where one allows something, and Deny wins', async () => {
    const { ask, listed } = await start([
      policyOf('all-may', { action: 'Allow', resources: { models: ['small', 'large'] } }),
      policyOf('research-may', {
        action: 'Allow',
        subjects: { groups: ['research'] },
        resources: { models: ['huge'] },
      }),
      onlyResearch,
    ])
    expect(await listed('ada')).toEqual(['huge', 'large', 'small'])
    expect(await listed('bob')).toEqual(['small'])
    expect(await ask('ada', { model: 'absent' })).toBe('404 model_not_found')
    expect(await ask('ada', { model: 'huge' })).toBe(200)
    expect(await ask('bob', { model: 'large' })).toBe('404 model_not_found')
  })

  it('only reports with mode Shadow', async () => {
    const { ask, gateway, listed } = await start([{ ...onlyResearch, mode: 'Shadow' }])
    expect(await ask('bob', { model: 'large' })).toBe(200)
    expect(await listed('bob')).toEqual(['huge', 'large', 'small'])
    expect(gateway.logs.find(({ message }) => message === 'call')?.fields).toMatchObject({
      shadowRefusals: ['AccessPolicy default/large-models Model'],
    })
    expect(await gateway.registry.metrics()).toContain('resource="Model",mode="Shadow"} 1')
  })

  it('takes effect with the next configuration, and stops', async () => {
    const { ask, gateway, snapshot } = await start([])
    expect(await ask('bob', { model: 'large' })).toBe(200)
    const change = (policies: readonly AccessPolicySettings[]) =>
      gateway.snapshots.set(
        snapshotOf({ ...snapshot, hash: `sha256:${policies.length}`, accessPolicies: policies }),
      )
    change([onlyResearch])
    expect(await ask('bob', { model: 'large' })).toBe('404 model_not_found')
    change([])
    expect(await ask('bob', { model: 'large' })).toBe(200)
  })
})

describe('the subjects of an AccessPolicy', () => {
  const denied = (subjects: Partial<AccessPolicySettings['subjects']>) =>
    policyOf('p', { subjects, resources: { models: ['large'] } })

  it.each<[string, Partial<AccessPolicySettings['subjects']>, number | string, number | string]>([
    ['groups', { groups: ['research', 'x'] }, '404 model_not_found', 200],
    ['consumers', { consumers: ['default/bob'] }, 200, '404 model_not_found'],
    ['no one, by a ServiceAccount', { serviceAccounts: ['default/ada'] }, 200, 200],
    ['no one, by a claim', { claims: [{ name: 'tier', value: 'basic' }] }, 200, 200],
    ['all that hold', { groups: ['research'], consumers: ['default/bob'] }, 200, 200],
    ['an expression', { cel: '"sales" in consumer.groups' }, 200, '404 model_not_found'],
    [
      'an expression about the request',
      { cel: 'request.stream == false && consumer.metadata.?tier.orValue("") == "basic"' },
      200,
      '404 model_not_found',
    ],
  ])('are chosen by %s', async (_, subjects, ada, bob) => {
    const { ask } = await start([denied(subjects)])
    expect([await ask('ada', { model: 'large' }), await ask('bob', { model: 'large' })]).toEqual([
      ada,
      bob,
    ])
  })

  it('never open anything by an expression that cannot be evaluated', async () => {
    const broken = { cel: 'consumer.metadata["none"] == "x"' }
    const { ask, gateway, listed } = await start([denied(broken)])
    expect(await ask('bob', { model: 'large' })).toBe('404 model_not_found')
    expect(await listed('bob')).toEqual(['huge', 'small'])
    const allowing = await start([
      policyOf('p', { action: 'Allow', subjects: broken, resources: { models: ['large'] } }),
    ])
    expect(await allowing.ask('bob', { model: 'large' })).toBe('404 model_not_found')
    expect(await allowing.listed('bob')).toEqual([])
    expect(await gateway.registry.metrics()).toContain(
      'fairlead_access_condition_failures_total{policy="default/p"}',
    )
  })
})

describe('an AccessPolicy about providers', () => {
  const noOne = policyOf('p', {
    subjects: { groups: ['sales'] },
    resources: { providers: ['default/one'] },
  })

  it('passes a target over, and leaves nothing where it was the only one', async () => {
    const { ask, gateway, listed } = await start([noOne])
    const response = await gateway.chat(body, { 'x-api-key': 'bob' })
    expect(response.headers.get('x-fairlead-provider')).toBe('default/two')
    expect(await ask('bob', { model: 'large' })).toBe('404 model_not_found')
    expect(await ask('ada', { model: 'large' })).toBe(200)
    expect(await listed('bob')).toEqual(['small'])
  })

  it('holds on routes and in what they list', async () => {
    const { ask, gateway, listed } = await start([noOne], {
      gateway: { defaultProviders: [] },
      routes: [
        routeOf('both', [{ provider: 'one' }, { provider: 'two' }], { match: { models: ['a'] } }),
        routeOf('first', [{ provider: 'one' }], {
          match: { models: ['b'] },
          mirror: { provider: 'default/two', model: undefined, percent: 100 },
        }),
      ],
    })
    expect(await listed('bob')).toEqual(['a'])
    expect(await listed('ada')).toEqual(['a', 'b'])
    expect(await ask('bob', { model: 'a' })).toBe(200)
    expect(gateway.logs.find(({ message }) => message === 'call')?.fields).toMatchObject({
      target: 'two',
      passedOver: [{ target: 'one' }],
    })
    expect(await ask('bob', { model: 'b' })).toBe('404 model_not_found')
  })
})

describe('what an AccessPolicy is attached to', () => {
  const large = { resources: { models: ['small'] } }
  const routes = [
    routeOf('first', [{ provider: 'one' }], { match: { models: ['small'], groups: ['sales'] } }),
    routeOf('second', [{ provider: 'two' }], { match: { models: ['small'] } }),
  ]

  it.each<[string, AccessPolicySettings['targets'], number | string, number | string]>([
    ['another gateway', [{ kind: 'LLMGateway', key: 'default/other' }], 200, 200],
    ['a Consumer', [{ kind: 'Consumer', key: 'default/ada' }], '404 model_not_found', 200],
    [
      'a RoutingPolicy',
      [{ kind: 'RoutingPolicy', key: 'default/policy', rule: undefined }],
      '404 model_not_found',
      '404 model_not_found',
    ],
    [
      'a rule of one',
      [{ kind: 'RoutingPolicy', key: 'default/policy', rule: 'first' }],
      200,
      '404 model_not_found',
    ],
    [
      'an LLMProvider',
      [{ kind: 'LLMProvider', key: 'default/two', model: undefined }],
      '404 model_not_found',
      200,
    ],
    [
      'another model of one',
      [{ kind: 'LLMProvider', key: 'default/two', model: 'large' }],
      200,
      200,
    ],
  ])('narrows it: %s', async (_, targets, ada, bob) => {
    const { ask } = await start([policyOf('p', { ...large, targets })], { routes })
    expect([await ask('ada'), await ask('bob')]).toEqual([ada, bob])
  })

  it('may be a PromptTemplate', async () => {
    const messages = [{ role: 'user' as const, content: 'hi' }]
    const prompts = [promptOf('p', [{ version: '1', messages }])]
    const targets = [{ kind: 'PromptTemplate' as const, key: 'default/p' }]
    const { ask } = await start([policyOf('p', { ...large, targets })], { prompts })
    expect(await ask('bob')).toBe(200)
    expect(await ask('bob', { context: { prompt: 'p' } })).toBe('404 model_not_found')
    expect(await ask('bob', { model: 'large', context: { prompt: 'p' } })).toBe(200)
  })
})

describe('an AccessPolicy about prompts and personas', () => {
  const messages = [{ role: 'user' as const, content: 'hi' }]
  const prompts = ['open', 'closed'].map((name) => promptOf(name, [{ version: '1', messages }]))
  const personas = ['open', 'closed'].map((name) => personaOf(name))
  const resources = { promptTemplates: ['default/closed'], personas: ['default/closed'] }

  it.each([
    ['of a group', { groups: ['sales'] }],
    ['chosen by an expression', { cel: '"sales" in consumer.groups' }],
  ])('hides them from subjects %s', async (_, subjects) => {
    const { ask, gateway } = await start([policyOf('p', { subjects, resources })], {
      prompts,
      personas,
    })
    for (const kind of ['prompt', 'persona']) {
      const context = (name: string) => ({ context: { [kind]: name } })
      expect(await ask('bob', context('open'))).toBe(200)
      expect(await ask('bob', context('closed'))).toBe(`404 ${kind}_not_found`)
      expect(await ask('ada', context('closed'))).toBe(200)
    }
    const parameters = { parameters: {}, model: 'small' }
    const asPath = await gateway.post('/prompts/default/closed', parameters, { 'x-api-key': 'bob' })
    expect(asPath.status).toBe(404)
  })
})

describe('an AccessPolicy about tools and features', () => {
  const tool = (name: string) => ({ type: 'function', function: { name, parameters: {} } })
  const image = { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } }

  it('refuses the tools that a caller offers', async () => {
    const { ask } = await start([policyOf('p', { resources: { tools: ['shell*'] } })])
    expect(await ask('bob', { tools: [tool('search')] })).toBe(200)
    expect(await ask('bob', { tools: [tool('search'), tool('shell_run')] })).toBe(
      '403 tool_not_allowed',
    )
  })

  it.each<[AccessPolicySettings['resources']['features'][number], object]>([
    ['Streaming', { stream: true }],
    ['Tools', { tools: [tool('search')] }],
    ['Vision', { messages: [{ role: 'user', content: [image] }] }],
    [
      'StructuredOutput',
      {
        response_format: {
          type: 'json_schema',
          json_schema: { name: 'n', schema: { type: 'object' } },
        },
      },
    ],
    ['Conversations', { context: { conversation: 'new' } }],
  ])('refuses %s', async (feature, call) => {
    const { ask, gateway, snapshot } = await start([
      policyOf('p', { resources: { features: [feature] } }),
    ])
    expect(await ask('bob')).toBe(200)
    expect(await ask('bob', call)).toBe('403 feature_not_allowed')
    gateway.snapshots.set(snapshotOf({ ...snapshot, hash: 'sha256:open', accessPolicies: [] }))
    expect(await ask('bob', call)).toBe(200)
  })

  it('allows only the features that some policy grants', async () => {
    const { ask } = await start([
      policyOf('p', { action: 'Allow', resources: { features: ['Tools'] } }),
    ])
    expect(await ask('bob')).toBe(200)
    expect(await ask('bob', { tools: [tool('search')] })).toBe(200)
    expect(await ask('bob', { stream: true })).toBe('403 feature_not_allowed')
  })
})
