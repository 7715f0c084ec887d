import { cpuTimeMs } from '@fairlead/base/testing'
import { Consumer } from '@fairlead/api'
import { describe, expect, it } from 'vitest'
import {
  compileResources as compile,
  conditionsOf,
  gateway,
  grant,
  policy,
  resourceSet,
  rule,
  simulator,
  type Described,
} from './test-support/resources.ts'

const compileAll = (
  described: readonly Described[],
  namespaces?: Record<string, Record<string, string>>,
) => compile(resourceSet(described, namespaces))

const complete: readonly Described[] = [
  {
    kind: 'LLMGateway',
    spec: {
      defaults: {
        model: 'assistant',
        providers: [{ name: 'simulator' }],
        contextStrategyRef: { name: 'five' },
        conversationStoreRef: { name: 'local' },
        personaRef: { name: 'helpful' },
      },
      limits: { requestTimeout: '1m30s' },
      workers: 2,
    },
  },
  simulator,
  policy('main', [rule('any'), rule('gold', { models: ['assistant'] })]),
  {
    kind: 'ContextStrategy',
    name: 'five',
    spec: { history: { mode: 'LastTurns', lastTurns: { turns: 5 } } },
  },
  {
    kind: 'ConversationStore',
    name: 'local',
    spec: { type: 'SQLite', retention: { ttl: '720h' } },
  },
  {
    kind: 'Persona',
    name: 'helpful',
    spec: { instructions: 'You are {{name}}.', variables: [{ name: 'name', default: 'Ada' }] },
  },
  {
    kind: 'PromptTemplate',
    name: 'summarise',
    spec: {
      versions: [{ name: '1', messages: [{ role: 'user', content: 'Hello' }] }],
      expose: { path: '/summarise' },
    },
  },
  {
    kind: 'Consumer',
    name: 'app',
    spec: { apiKeys: [{ name: 'a', secretRef: { name: 's', key: 'k' } }] },
  },
]

describe('compile', () => {
  it('resolves references, durations and defaults into one snapshot', () => {
    const snapshot = compileAll(complete).snapshots.get('default/default')
    expect(snapshot?.gateway).toEqual({
      namespace: 'default',
      name: 'default',
      generation: 1,
      auth: 'Required',
      authentication: {
        methods: ['APIKey'],
        issuers: [],
        serviceAccounts: undefined,
        clientCertificates: undefined,
      },
      anonymousAccess: undefined,
      listenerTls: undefined,
      cors: undefined,
      audit: { enabled: true, retentionMs: 2_592_000_000, maxBytes: 67_108_864 },
      allowPrivateNetworks: false,
      defaultModel: 'assistant',
      defaultProviders: ['default/simulator'],
      defaultContextStrategy: 'default/five',
      defaultConversationStore: 'default/local',
      defaultPersona: 'default/helpful',
      workers: 2,
      telemetry: {
        semconv: 'Latest',
        traces: { otlp: undefined, samplePercent: undefined, content: false },
      },
      state: { type: 'InProcess' },
      limits: {
        maxRequestBytes: 10_485_760,
        maxBufferedBytes: 536_870_912,
        maxResponseBytes: 33_554_432,
        requestTimeoutMs: 90_000,
        firstTokenTimeoutMs: 60_000,
        maxMessages: 10_000,
        maxTools: 1024,
        maxDepth: 128,
        maxConcurrentRequests: 10_000,
      },
    })
    expect(snapshot?.conversationStores.get('default/local')).toMatchObject({
      ttlMs: 2_592_000_000,
    })
    expect(snapshot?.contextStrategies.get('default/five')?.history).toEqual({
      mode: 'LastTurns',
      turns: 5,
      slackTurns: 5,
    })
    expect(snapshot?.promptTemplates.get('default/summarise')?.path).toBe('/summarise')
    expect(snapshot?.consumers).toMatchObject([
      { apiKeys: [{ source: { secret: { namespace: 'default', name: 's', key: 'k' } } }] },
    ])
  })

  it('accepts everything of a complete configuration', () => {
    const { conditions } = compileAll(complete)
    expect(conditions).toHaveLength(complete.length)
    const notTrue = conditions
      .flatMap((one) => one.conditions)
      .filter((condition) => condition.status !== 'True')
    expect(notTrue).toEqual([])
  })

  it('gives the same result whatever the order of the resources', () => {
    const many = [
      ...complete,
      policy('other', [rule('any'), rule('group', { groups: ['b', 'a'] })]),
      policy('third', [rule('group', { groups: ['a', 'b'] })], { created: '2025-01-01T00:00:00Z' }),
      {
        kind: 'Consumer',
        name: 'second',
        spec: { apiKeys: [{ name: 'x', secretRef: { name: 's', key: 'k' } }] },
      },
    ]
    const expected = compileAll(many)
    for (let turn = 1; turn < many.length; turn++) {
      const rotated = [...many.slice(turn), ...many.slice(0, turn)]
      expect(compileAll(rotated)).toEqual(expected)
      expect(compileAll(rotated.toReversed())).toEqual(expected)
    }
  })

  it('freezes all of its result and nothing of its input', () => {
    const resources = resourceSet(complete)
    const result = compile(resources)
    expect(unfrozen(result)).toEqual([])
    expect(Object.isFrozen(resources.list(Consumer)[0]?.spec.apiKeys)).toBe(false)
    const providers = result.snapshots.get('default/default')?.providers as Map<string, unknown>
    expect(() => providers.set('x', 1)).toThrow('cannot be changed')
    expect(() => providers.delete('default/simulator')).toThrow('cannot be changed')
    expect(() => providers.clear()).toThrow('cannot be changed')
  })

  it('hashes equal configuration to equal text, and a change to another', () => {
    const hashOf = (described: readonly Described[]) =>
      compileAll(described).snapshots.get('default/default')?.hash
    expect(hashOf(complete)).toMatch(/^sha256:[0-9a-f]{64}$/)
    expect(hashOf(complete.toReversed())).toBe(hashOf(complete))
    const changed = complete.map((one) =>
      one.kind === 'Persona' ? { ...one, spec: { instructions: 'Other' } } : one,
    )
    expect(hashOf(changed)).not.toBe(hashOf(complete))
  })

  it('keeps a thousand resources well below the time a person notices', () => {
    const thousand = [
      gateway,
      simulator,
      ...Array.from({ length: 300 }, (_, index) =>
        policy(`p${index}`, [
          rule('one', { models: [`m${index}`] }),
          rule('two', { groups: [`g${index}`] }),
        ]),
      ),
      ...Array.from({ length: 400 }, (_, index): Described => ({
        kind: 'Consumer',
        name: `c${index}`,
        spec: { apiKeys: [{ name: 'a', sha256: index.toString(16).padStart(64, '0') }] },
      })),
      ...Array.from({ length: 300 }, (_, index): Described => ({
        kind: 'PromptTemplate',
        name: `t${index}`,
        spec: { versions: [{ name: '1', messages: [{ role: 'user', content: 'x' }] }] },
      })),
    ]
    const resources = resourceSet(thousand)
    compile(resources)
    const started = cpuTimeMs()
    compile(resources)
    // about 20 ms on a quiet machine; the limit only catches a change of complexity
    expect(cpuTimeMs() - started).toBeLessThan(500)
  })
})

describe('namespaces', () => {
  const elsewhere: Described = { ...simulator, namespace: 'team-a' }

  it.each([
    ['Same', { from: 'Same' }, false],
    ['All', { from: 'All' }, true],
    [
      'a matching Selector',
      { from: 'Selector', selector: { matchLabels: { tier: 'gold' } } },
      true,
    ],
    ['another Selector', { from: 'Selector', selector: { matchLabels: { tier: 'tin' } } }, false],
    [
      'a Selector by name',
      { from: 'Selector', selector: { matchLabels: { 'kubernetes.io/metadata.name': 'team-a' } } },
      true,
    ],
  ])('are served as %s says', (_, allowedNamespaces, served) => {
    const result = compileAll([{ kind: 'LLMGateway', spec: { allowedNamespaces } }, elsewhere], {
      'team-a': { tier: 'gold' },
    })
    const snapshot = result.snapshots.get('default/default')
    expect(snapshot?.providers.has('team-a/simulator')).toBe(served)
    expect(conditionsOf(result, 'LLMProvider', 'team-a/simulator').Accepted).toMatchObject(
      served ? { status: 'True' } : { status: 'False', reason: 'NotAllowedByGateway' },
    )
  })

  it('have nobody to serve them without a gateway', () => {
    expect(
      conditionsOf(compileAll([elsewhere]), 'LLMProvider', 'team-a/simulator').Accepted,
    ).toMatchObject({
      status: 'False',
      reason: 'NoMatchingGateway',
    })
  })
})

describe('references', () => {
  const shared: Described = { ...simulator, namespace: 'shared' }
  const toShared = {
    targets: [{ name: 't', providerRef: { name: 'simulator', namespace: 'shared' } }],
  }
  const main = policy('main', [rule('any', {}, toShared), rule('next')])
  const allowed = grant(
    'shared',
    { kind: 'RoutingPolicy', namespace: 'default' },
    { kind: 'LLMProvider' },
  )

  it('cross namespaces with a grant, which also brings the target to the gateway', () => {
    const result = compileAll([gateway, simulator, shared, main, allowed])
    const snapshot = result.snapshots.get('default/default')
    expect(snapshot?.providers.has('shared/simulator')).toBe(true)
    expect(snapshot?.routes[0]?.targets).toMatchObject([{ provider: 'shared/simulator' }])
    expect(conditionsOf(result, 'RoutingPolicy', 'default/main').ResolvedRefs?.status).toBe('True')
    expect(conditionsOf(result, 'LLMProvider', 'shared/simulator').Accepted?.status).toBe('True')
  })

  it.each([
    ['no grant', []],
    [
      'a grant to another kind',
      [grant('shared', { kind: 'LLMGateway', namespace: 'default' }, { kind: 'LLMProvider' })],
    ],
    [
      'a grant from another namespace',
      [grant('shared', { kind: 'RoutingPolicy', namespace: 'x' }, { kind: 'LLMProvider' })],
    ],
    [
      'a grant for another name',
      [
        grant(
          'shared',
          { kind: 'RoutingPolicy', namespace: 'default' },
          { kind: 'LLMProvider', name: 'y' },
        ),
      ],
    ],
    [
      'a grant for another group',
      [
        grant(
          'shared',
          { kind: 'RoutingPolicy', namespace: 'default' },
          { kind: 'LLMProvider', group: '' },
        ),
      ],
    ],
    ['a grant in another namespace', [{ ...allowed, namespace: 'default' }]],
  ])('are not permitted by %s; the rule stays without targets', (_, grants) => {
    const result = compileAll([gateway, simulator, shared, main, ...grants])
    const routes = result.snapshots.get('default/default')?.routes
    expect(routes).toMatchObject([
      { rule: 'any', targets: [] },
      { rule: 'next', targets: [{ provider: 'default/simulator' }] },
    ])
    expect(conditionsOf(result, 'RoutingPolicy', 'default/main').ResolvedRefs).toMatchObject({
      status: 'False',
      reason: 'RefNotPermitted',
      message: expect.stringContaining('spec.rules[0].targets[0].providerRef'),
    })
  })

  it('that dangle are named with kind and name, and what else resolves is kept', () => {
    const targets = [
      { name: 'gone', providerRef: { name: 'gone' } },
      { name: 'here', providerRef: { name: 'simulator' } },
    ]
    const result = compileAll([gateway, simulator, policy('main', [rule('any', {}, { targets })])])
    const [route] = result.snapshots.get('default/default')?.routes ?? []
    expect(route?.targets.map((target) => target.name)).toEqual(['here'])
    expect(conditionsOf(result, 'RoutingPolicy', 'default/main').ResolvedRefs).toMatchObject({
      status: 'False',
      reason: 'RefNotFound',
      message: 'spec.rules[0].targets[0].providerRef: LLMProvider default/gone does not exist',
    })
  })

  it('to something that is not accepted do not resolve either', () => {
    const broken: Described = { ...simulator, spec: { type: 'Cohere' } }
    const result = compileAll([gateway, broken, policy('main', [rule('any')])])
    expect(result.snapshots.get('default/default')?.routes).toMatchObject([{ targets: [] }])
    expect(conditionsOf(result, 'RoutingPolicy', 'default/main').ResolvedRefs).toMatchObject({
      reason: 'RefNotFound',
      message: expect.stringContaining('exists but cannot be used'),
    })
  })

  it('of a gateway that dangle leave it without that default', () => {
    const defaults = {
      providers: [{ name: 'gone' }, { name: 'simulator' }],
      personaRef: { name: 'nobody' },
    }
    const result = compileAll([{ kind: 'LLMGateway', spec: { defaults } }, simulator])
    expect(result.snapshots.get('default/default')?.gateway).toMatchObject({
      defaultProviders: ['default/simulator'],
      defaultPersona: undefined,
    })
    expect(conditionsOf(result, 'LLMGateway').ResolvedRefs).toMatchObject({
      reason: 'RefNotFound',
      message:
        'spec.defaults.providers[0]: LLMProvider default/gone does not exist; ' +
        'spec.defaults.personaRef: Persona default/nobody does not exist',
    })
  })

  it('to Secrets of other namespaces need a grant; a provider left without credentials is not used', () => {
    const credentials = [{ name: 'main', secretRef: { name: 'k', key: 'v', namespace: 'vault' } }]
    const openai: Described = {
      kind: 'LLMProvider',
      name: 'openai',
      spec: { type: 'OpenAI', credentials },
    }
    const refused = compileAll([gateway, openai])
    expect(refused.snapshots.get('default/default')?.providers.size).toBe(0)
    expect(conditionsOf(refused, 'LLMProvider', 'default/openai')).toMatchObject({
      ResolvedRefs: { status: 'False', reason: 'RefNotPermitted' },
    })
    const granted = compileAll([
      gateway,
      openai,
      grant('vault', { kind: 'LLMProvider', namespace: 'default' }, { kind: 'Secret', group: '' }),
    ])
    expect(
      granted.snapshots.get('default/default')?.providers.get('default/openai')?.credentials,
    ).toEqual([{ name: 'main', secret: { namespace: 'vault', name: 'k', key: 'v' }, weight: 1 }])
  })
})

function unfrozen(value: unknown, path = 'result'): string[] {
  if (typeof value !== 'object' || value === null) return []
  const children = value instanceof Map ? [...value] : Object.entries(value)
  return [
    ...(Object.isFrozen(value) ? [] : [path]),
    ...children.flatMap(([key, child]) => unfrozen(child, `${path}.${String(key)}`)),
  ]
}
