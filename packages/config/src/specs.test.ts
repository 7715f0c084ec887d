import { describe, expect, it } from 'vitest'
import {
  compileResources as compile,
  conditionsOf,
  gateway,
  policy,
  resourceSet,
  rule,
  simulator,
  type Described,
} from './test-support/resources.ts'

const compileAll = (...described: readonly Described[]) =>
  compile(resourceSet([gateway, simulator, ...described]))

const snapshotOf = (...described: readonly Described[]) =>
  compileAll(...described).snapshots.get('default/default')

const provider = (spec: Record<string, unknown>): Described => ({
  kind: 'LLMProvider',
  name: 'p',
  spec,
})

const prompt = (
  version: Record<string, unknown>,
  more: Record<string, unknown> = {},
  described: Partial<Described> = {},
): Described => ({
  kind: 'PromptTemplate',
  name: 'p',
  ...described,
  spec: {
    versions: [{ version: '1', messages: [{ role: 'user', content: 'Hi' }], ...version }],
    ...more,
  },
})

describe('the address of a provider', () => {
  it.each([
    [{ type: 'OpenAI' }, 'https://api.openai.com/v1'],
    [{ type: 'Anthropic' }, 'https://api.anthropic.com/v1'],
    [{ type: 'Ollama' }, 'http://127.0.0.1:11434/v1'],
    [{ type: 'OpenAI', preset: 'groq' }, 'https://api.openai.com/v1'],
    [{ type: 'OpenAICompatible', preset: 'groq' }, 'https://api.groq.com/openai/v1'],
    [
      { type: 'OpenAICompatible', preset: 'groq', baseURL: 'https://x.test/a/' },
      'https://x.test/a',
    ],
    [{ type: 'OpenAICompatible', baseURL: 'http://x.test:81' }, 'http://x.test:81'],
    [{ type: 'Ollama', baseURL: 'http://ollama:11434/' }, 'http://ollama:11434/v1'],
    [
      { type: 'Anthropic', baseURL: 'https://proxy.test/anthropic/v1' },
      'https://proxy.test/anthropic/v1',
    ],
    [{ type: 'Simulator' }, ''],
  ])('of %o is %s', (spec, address) => {
    expect(snapshotOf(provider(spec))?.providers.get('default/p')?.baseURL).toBe(address)
  })

  it.each([
    [
      'a type that is not served',
      { type: 'Bedrock' },
      'type Bedrock is not served by this version; use one of',
    ],
    ['an unknown preset', { type: 'OpenAICompatible', preset: 'nobody' }, '"nobody" is not known'],
    ['no address at all', { type: 'OpenAICompatible' }, 'needs a baseURL or a preset'],
    [
      'only a backendRef',
      { type: 'OpenAI', backendRef: { name: 'svc' } },
      'spec.backendRef: not served',
    ],
    [
      'another protocol',
      { type: 'OpenAI', baseURL: 'ftp://x.test' },
      'not an absolute http or https URL',
    ],
    ['a query', { type: 'OpenAI', baseURL: 'https://x.test/?k=v' }, 'must not have a query'],
  ])('refuses %s', (_, spec, message) => {
    const result = compileAll(provider(spec))
    expect(result.snapshots.get('default/default')?.providers.has('default/p')).toBe(false)
    expect(conditionsOf(result, 'LLMProvider', 'default/p').Accepted).toMatchObject({
      status: 'False',
      reason: 'Invalid',
      message: expect.stringContaining(message),
    })
  })

  it('refuses a password without repeating it', () => {
    const result = compileAll(provider({ type: 'OpenAI', baseURL: 'https://me:hunter2@x.test/v1' }))
    const { Accepted } = conditionsOf(result, 'LLMProvider', 'default/p')
    expect(Accepted).toMatchObject({
      reason: 'Invalid',
      message: expect.stringContaining('password'),
    })
    expect(JSON.stringify(result.conditions)).not.toContain('hunter2')
  })
})

describe('a simulator', () => {
  const simulatorSettings = (settings: Record<string, unknown>) =>
    snapshotOf(provider({ type: 'Simulator', simulator: settings }))?.providers.get('default/p')
      ?.simulator

  it('has durations in milliseconds and seconds', () => {
    const failure = { status: 429, everyNth: 3, retryAfter: '1500ms' }
    expect(simulatorSettings({ latency: '1.5s', failure })).toEqual({
      mode: 'Echo',
      replies: [],
      latencyMs: 1500,
      wordDelayMs: 0,
      failure: {
        status: 429,
        message: 'simulated failure',
        everyNth: 3,
        retryAfterSeconds: 2,
        afterWords: undefined,
      },
    })
  })

  it.each([
    [{}, 1],
    [{ percent: 100 }, 1],
    [{ percent: 25 }, 4],
    [{ everyNth: 7 }, 7],
  ])('with failure %o fails every n-th call', (failure, everyNth) => {
    expect(simulatorSettings({ failure })?.failure?.everyNth).toBe(everyNth)
  })

  it('that fails no call in a hundred has no failure', () => {
    expect(simulatorSettings({ failure: { percent: 0 } })?.failure).toBeUndefined()
  })
})

describe('a prompt', () => {
  const accepted = (described: Described) =>
    conditionsOf(compileAll(described), 'PromptTemplate', 'default/p').Accepted

  const hello = (content: string, parameters?: Record<string, unknown>) =>
    prompt({ messages: [{ role: 'user', content }], ...(parameters && { parameters }) })

  it('may refer to declared parameters only', () => {
    const properties = { text: { type: 'string' }, 'two-words': {} }
    expect(accepted(hello('{{text}} {{ two-words }} { } {{}}', { properties }))?.status).toBe(
      'True',
    )
    expect(accepted(hello('{{text}} {{language}}', { properties }))).toMatchObject({
      status: 'False',
      reason: 'Invalid',
      message:
        'spec.versions[0].messages[0].content: {{language}} is not declared in ' +
        'spec.versions[0].parameters.properties',
    })
    expect(accepted(hello('{{text}}'))?.message).toContain('{{text}} is not declared')
    expect(accepted(hello('{{constructor}}', { properties }))?.status).toBe('False')
  })

  it.each([
    ['an unknown type', { type: 'objct' }, 'data/type'],
    ['a broken pattern', { properties: { a: { pattern: '(' } } }, 'Invalid regular expression'],
    ['a reference to nowhere', { $ref: '#/$defs/gone' }, "can't resolve reference"],
    ['a reference into the network', { $ref: 'https://example.test/s' }, "can't resolve reference"],
    [
      'another dialect',
      { $schema: 'http://json-schema.org/draft-07/schema#' },
      'only https://json-schema.org/draft/2020-12',
    ],
    ['too much depth', nested(40), 'nested deeper'],
    ['too much text', { description: 'x'.repeat(70_000) }, 'longer than'],
    [
      "the meta-schema's own name",
      { $id: 'https://json-schema.org/draft/2020-12/schema' },
      'already exists',
    ],
  ])('refuses parameters with %s', (_, parameters, message) => {
    expect(accepted(hello('Hi', parameters))).toMatchObject({
      status: 'False',
      reason: 'Invalid',
      message: expect.stringContaining(message),
    })
    // and what came before does not spoil what comes after
    expect(accepted(hello('Hi', { type: 'object' }))?.status).toBe('True')
  })

  it('accepts two templates whose schemas have the same name', () => {
    const schema = () => ({ $id: 'https://example.test/same', type: 'object' })
    const other = prompt({ parameters: schema() }, {}, { name: 'q' })
    const result = compileAll(hello('Hi', schema()), other)
    expect(conditionsOf(result, 'PromptTemplate', 'default/p').Accepted?.status).toBe('True')
    expect(conditionsOf(result, 'PromptTemplate', 'default/q').Accepted?.status).toBe('True')
  })

  const versions = ['1', '2'].map((version) => ({
    version,
    messages: [{ role: 'user', content: 'Hi' }],
  }))

  it.each([
    ['nothing', undefined, ['2']],
    ['an empty list', [], ['2']],
    ['one version', [{ version: '1' }], ['1']],
    [
      'weights',
      [
        { version: '1', weight: 90 },
        { version: '2', weight: 10 },
      ],
      ['1', '2'],
    ],
    [
      'a weight of 0',
      [
        { version: '1', weight: 1 },
        { version: '2', weight: 0 },
      ],
      ['1'],
    ],
  ])('with %s as rollout has these active versions', (_, rollout, active) => {
    const result = compileAll(prompt({}, { versions, rollout }))
    const planned = result.conditions.find((one) => one.kind === 'PromptTemplate')
    expect(planned?.statusFields).toEqual({ activeVersions: active })
    const { rollout: shares } =
      result.snapshots.get('default/default')?.prompts.get('default/p') ?? {}
    expect(shares?.map((share) => share.version)).toEqual(active)
  })

  it.each([
    [
      'a missing version',
      [{ version: '3' }],
      'there is no version "3"; spec.versions has "1", "2"',
    ],
    ['no weight at all', [{ version: '1', weight: 0 }], 'needs a weight above 0'],
  ])('refuses a rollout with %s', (_, rollout, message) => {
    const result = compileAll(prompt({}, { versions, rollout, expose: { path: '/p' } }))
    expect(conditionsOf(result, 'PromptTemplate', 'default/p')).toMatchObject({
      Accepted: { status: 'False', reason: 'Invalid', message: expect.stringContaining(message) },
      Exposed: { status: 'False', reason: 'Invalid' },
    })
    expect(result.snapshots.get('default/default')?.prompts.size).toBe(0)
  })

  it('has settings and a response format', () => {
    const schema = { type: 'object' }
    const described = prompt({
      settings: { temperature: 0.2, maxOutputTokens: 500 },
      responseFormat: { type: 'JSONSchema', jsonSchema: { name: 'n', schema } },
    })
    expect(snapshotOf(described)?.prompts.get('default/p')?.versions.get('1')).toMatchObject({
      temperature: 0.2,
      maxOutputTokens: 500,
      responseFormat: { type: 'JSONSchema', name: 'n', schema },
    })
  })
})

describe('the path of a prompt', () => {
  const exposed = (name: string, path: string, created?: string) =>
    prompt({}, { expose: { path } }, { name, ...(created && { created }) })

  it('is granted when nobody else has it', () => {
    const result = compileAll(exposed('p', '/p'))
    expect(conditionsOf(result, 'PromptTemplate', 'default/p').Exposed).toMatchObject({
      status: 'True',
      reason: 'Exposed',
      message: 'Served at /p',
    })
  })

  it('is not requested by a template without expose', () => {
    const { Exposed } = conditionsOf(compileAll(prompt({})), 'PromptTemplate', 'default/p')
    expect(Exposed).toMatchObject({ status: 'False', reason: 'NotRequested' })
  })

  it('goes to the older template; the other is served without it', () => {
    const result = compileAll(exposed('a', '/same'), exposed('b', '/same', '2025-01-01T00:00:00Z'))
    const prompts = result.snapshots.get('default/default')?.prompts
    expect(prompts?.get('default/a')?.path).toBeUndefined()
    expect(prompts?.get('default/b')?.path).toBe('/same')
    expect(conditionsOf(result, 'PromptTemplate', 'default/a')).toMatchObject({
      Accepted: { status: 'True' },
      Exposed: {
        status: 'False',
        reason: 'PathConflict',
        message: expect.stringContaining(
          '/same belongs to PromptTemplate default/b, which is older',
        ),
      },
    })
  })

  it.each(['/v1/x', '/v1beta', '/prompts/a/b', '/mcp'])('cannot be the own path %s', (path) => {
    const { Exposed } = conditionsOf(compileAll(exposed('p', path)), 'PromptTemplate', 'default/p')
    expect(Exposed).toMatchObject({
      reason: 'PathConflict',
      message: expect.stringContaining('itself'),
    })
  })
})

describe('a store', () => {
  const store = (spec: Record<string, unknown>): Described => ({
    kind: 'ConversationStore',
    name: 's',
    spec,
  })

  it.each(['Memory', 'SQLite'])('of type %s is planned as available', (type) => {
    const result = compileAll(store({ type }))
    expect(conditionsOf(result, 'ConversationStore', 'default/s').Available).toMatchObject({
      status: 'True',
      reason: 'Available',
    })
  })

  it.each(['Redis', 'Postgres'])('of type %s is accepted and not available', (type) => {
    const result = compileAll(store({ type }))
    expect(conditionsOf(result, 'ConversationStore', 'default/s')).toMatchObject({
      Accepted: { status: 'True', reason: 'PartiallySupported' },
      Available: { status: 'False', reason: 'TypeNotServed' },
    })
    expect(result.snapshots.get('default/default')?.stores.size).toBe(0)
  })

  it.each([
    ['../other.db', 'Invalid'],
    ['a/../../other.db', 'Invalid'],
    ['a/..', 'Invalid'],
    ['a/../other.db', 'Accepted'],
    ['a/..b.db', 'Accepted'],
    ['/var/lib/fairlead/other.db', 'Accepted'],
  ])('at the path %s is %s', (path, reason) => {
    const result = compileAll(store({ type: 'SQLite', sqlite: { path } }))
    expect(conditionsOf(result, 'ConversationStore', 'default/s').Accepted).toMatchObject({
      reason,
    })
  })

  it('with a broken duration is invalid', () => {
    const result = compileAll(store({ type: 'Memory', retention: { ttl: 'soon' } }))
    expect(conditionsOf(result, 'ConversationStore', 'default/s')).toMatchObject({
      Accepted: {
        reason: 'Invalid',
        message: 'spec.retention.ttl: "soon" is not a duration such as 30s or 1h30m',
      },
      Available: { status: 'False', reason: 'Invalid' },
    })
  })
})

describe('a persona', () => {
  const persona = (spec: Record<string, unknown>, generation = 1): Described => ({
    kind: 'Persona',
    name: 'p',
    generation,
    spec: { instructions: 'You are {{name}}.', ...spec },
  })
  const hashOf = (described: Described) => snapshotOf(described)?.personas.get('default/p')?.hash

  it('has a hash of what a model sees', () => {
    expect(hashOf(persona({}, 2))).toBe(hashOf(persona({}, 1)))
    expect(hashOf(persona({ settings: { temperature: 0.5 } }))).not.toBe(hashOf(persona({})))
  })
})

describe('API keys', () => {
  const consumer = (name: string, key: Record<string, unknown>, created?: string): Described => ({
    kind: 'Consumer',
    name,
    ...(created && { created }),
    spec: { apiKeys: [{ name: 'k', ...key }] },
  })

  it('have an expiry in milliseconds', () => {
    const key = { sha256: 'A'.repeat(64), expiresAt: '2027-01-01T00:00:00Z' }
    expect(snapshotOf(consumer('c', key))?.consumers[0]?.apiKeys).toEqual([
      { name: 'k', source: { sha256: 'a'.repeat(64) }, expiresAtMs: Date.UTC(2027, 0, 1) },
    ])
  })

  it.each([
    ['sha256', { sha256: 'a'.repeat(64) }],
    ['secret', { secretRef: { name: 's', key: 'k' } }],
  ])('with the same %s belong to the older consumer', (_, key) => {
    const result = compileAll(consumer('a', key), consumer('b', key, '2025-01-01T00:00:00Z'))
    const consumers = result.snapshots.get('default/default')?.consumers
    expect(consumers?.map(({ name, apiKeys }) => [name, apiKeys.length])).toEqual([
      ['a', 0],
      ['b', 1],
    ])
    expect(conditionsOf(result, 'Consumer', 'default/a').Accepted).toMatchObject({
      status: 'False',
      reason: 'Conflicted',
      message: expect.stringContaining('API key k is also that of Consumer default/b'),
    })
  })

  it('with an impossible expiry make the consumer invalid', () => {
    const result = compileAll(consumer('c', { sha256: 'a', expiresAt: 'never' }))
    expect(conditionsOf(result, 'Consumer', 'default/c').Accepted?.reason).toBe('Invalid')
  })
})

describe('fields that nothing acts on yet', () => {
  const strategy = (spec: Record<string, unknown>): Described => ({
    kind: 'ContextStrategy',
    name: 'x',
    spec,
  })

  it.each<[string, Described, string]>([
    [
      'limits',
      { ...provider({ type: 'Simulator', limits: { maxConcurrent: 2 } }), name: 'x' },
      'spec.limits.maxConcurrent (ignored)',
    ],
    [
      'prices',
      {
        ...provider({
          type: 'Simulator',
          models: [{ name: 'm', price: { inputPerMillion: '1' } }],
        }),
        name: 'x',
      },
      'spec.models[0].price (ignored)',
    ],
    [
      'HTTPS',
      {
        kind: 'LLMGateway',
        name: 'x',
        spec: { listeners: [{ name: 'a', port: 8080, protocol: 'HTTPS' }] },
      },
      'spec.listeners[0].protocol (plain HTTP is served)',
    ],
    [
      'shared state',
      { kind: 'LLMGateway', name: 'x', spec: { state: { type: 'Redis' } } },
      'spec.state.type',
    ],
    [
      'stickiness',
      policy('x', [rule('r', {}, { stickiness: { by: 'Conversation' } })]),
      'spec.rules[0].stickiness.by (ignored)',
    ],
    [
      'mirror',
      policy('x', [rule('r', {}, { mirror: { providerRef: { name: 'simulator' } } })]),
      'spec.rules[0].mirror (ignored)',
    ],
    [
      'LeastCost',
      policy('x', [rule('r', {}, { strategy: 'LeastCost' })]),
      'spec.rules[0].strategy (targets are tried in their order, as with Priority)',
    ],
    [
      'TokenWindow',
      strategy({ history: { mode: 'TokenWindow' } }),
      'spec.history.mode (the full history is sent, as with Full)',
    ],
    [
      'retrieval',
      strategy({ retrieval: { mode: 'BM25' } }),
      'spec.retrieval.mode (nothing is retrieved)',
    ],
    [
      'sampling of a persona',
      { kind: 'Persona', name: 'x', spec: { instructions: 'i', settings: { topP: 1 } } },
      'spec.settings.topP (ignored)',
    ],
    [
      "a persona's caller",
      {
        kind: 'Persona',
        name: 'x',
        spec: { instructions: 'i', variables: { who: { from: 'Consumer' } } },
      },
      'spec.variables.who.from',
    ],
    [
      'sampling of a prompt',
      prompt({ settings: { stop: ['x'] } }, {}, { name: 'x' }),
      'spec.versions[0].settings.stop (ignored)',
    ],
  ])('such as %s are named', (_, described, message) => {
    const { Accepted } = conditionsOf(compileAll(described), described.kind, 'default/x')
    expect(Accepted).toMatchObject({
      status: 'True',
      reason: 'PartiallySupported',
      message: expect.stringContaining(message),
    })
  })

  it('run what the condition says instead', () => {
    const snapshot = snapshotOf(
      policy('x', [rule('r', {}, { strategy: 'LeastCost' })]),
      strategy({ history: { mode: 'Summarize' } }),
    )
    expect(snapshot?.routes[0]?.strategy).toBe('Priority')
    expect(snapshot?.strategies.get('default/x')?.history).toEqual({ mode: 'Full' })
  })

  it('are not named while they ask for nothing', () => {
    const described = [
      provider({ type: 'Simulator', limits: {}, models: [] }),
      policy('x', [
        rule(
          'r',
          { cel: '', promptTypes: [], inputTokens: { min: 0 } },
          { stickiness: { by: 'None' } },
        ),
      ]),
      strategy({ retrieval: { mode: 'None', maxTokens: 2000 } }),
    ]
    const reasons = compileAll(...described).conditions.map((one) => one.conditions[0]?.reason)
    expect(new Set(reasons)).toEqual(new Set(['Accepted']))
  })
})

function nested(levels: number): Record<string, unknown> {
  return levels === 0 ? {} : { not: nested(levels - 1) }
}
