import type { Consumer, LLMGateway, LLMProvider, RoutingPolicy, UsagePolicy } from '@fairlead/api'
import type { KubernetesObject } from '@fairlead/kube-core'
import { describe, expect, it } from 'vitest'
import { parseManifests } from '../load-manifests.ts'
import { UsageError } from '../usage-error.ts'
import { convertLiteLLMConfig } from './convert-config.ts'

interface Settings {
  readonly gateway?: { readonly namespace: string; readonly name: string }
  readonly environment?: Readonly<Record<string, string>>
  readonly fillsSecrets?: boolean
}

function convert(yaml: string, settings: Settings = {}) {
  return convertLiteLLMConfig(yaml, {
    gateway: settings.gateway ?? { namespace: 'default', name: 'default' },
    environment: settings.environment ?? {},
    fillsSecrets: settings.fillsSecrets ?? false,
  })
}

function objectsOf(yaml: string, settings?: Settings): readonly KubernetesObject[] {
  return convert(yaml, settings).files.flatMap(({ name, text }) =>
    parseManifests(name, text).map(({ object }) => object),
  )
}

/** `spec` of the objects of a kind, by their names. */
function specsOf<T extends { readonly spec: unknown }>(kind: string, yaml: string) {
  const objects = objectsOf(yaml).filter((each) => each.kind === kind)
  return Object.fromEntries(
    objects.map((each) => [each.metadata.name ?? '', each['spec'] as T['spec']]),
  )
}

const providersOf = (yaml: string) => specsOf<LLMProvider>('LLMProvider', yaml)
const limitsOf = (yaml: string) => specsOf<UsagePolicy>('UsagePolicy', yaml)
const gatewayOf = (yaml: string) => specsOf<LLMGateway>('LLMGateway', yaml)['default']
const rulesOf = (yaml: string) =>
  Object.values(specsOf<RoutingPolicy>('RoutingPolicy', yaml)).flatMap(({ rules }) => rules)
const notesOf = (yaml: string) =>
  convert(yaml).notes.map(({ line, severity, setting }) => `${line} ${severity} ${setting}`)
const secretsOf = (
  yaml: string,
  settings?: Settings,
): Readonly<Record<string, string | undefined>> =>
  Object.fromEntries(
    objectsOf(yaml, settings)
      .filter(({ kind }) => kind === 'Secret')
      .map(({ metadata, ...rest }) => [
        metadata.name ?? '',
        (rest as { readonly stringData?: Record<string, string> }).stringData?.['api-key'],
      ]),
  )

/** One model, and whatever else. */
const withModel = (params: string, more = '') =>
  `model_list:\n  - model_name: chat\n    litellm_params: { model: openai/gpt-4o, ${params} }\ngeneral_settings: { master_key: os.environ/KEY }\n${more}`

describe('providers', () => {
  it('are shared by deployments that differ in their models', () => {
    const providers = providersOf(`
model_list:
  - { model_name: a, litellm_params: { model: openai/gpt-4o, api_key: os.environ/ONE } }
  - { model_name: b, litellm_params: { model: gpt-4o-mini, api_key: os.environ/ONE } }
  - { model_name: c, litellm_params: { model: openai/gpt-4o, api_key: os.environ/TWO } }
  - { model_name: d, litellm_params: { model: openai/gpt-4o, api_key: os.environ/ONE, rpm: 5 } }
`)
    expect(
      Object.entries(providers).map(([name, { credentials, models }]) => [
        name,
        credentials[0]?.secretRef.name,
        models.map((each) => each.name),
      ]),
    ).toEqual([
      ['openai', 'one', ['gpt-4o', 'gpt-4o-mini']],
      ['openai-gpt-4o', 'two', ['gpt-4o']],
      ['openai-gpt-4o-2', 'one', ['gpt-4o']],
    ])
  })

  it('have the times, limits and health of their deployments', () => {
    const router = `router_settings: { timeout: 30, allowed_fails: 3, cooldown_time: 600, default_max_parallel_requests: 7 }`
    expect(
      providersOf(withModel('rpm: 10, tpm: 2000, stream_timeout: 1.5', router))['openai'],
    ).toMatchObject({
      timeouts: { firstByte: '30s', idle: '1500ms' },
      limits: { requestsPerMinute: 10, tokensPerMinute: 2000, maxConcurrent: 7 },
      health: { failures: 4, window: '60s', ejectFor: '600s', maxEjectFor: '600s' },
    })
    expect(
      providersOf(withModel('timeout: 900', 'router_settings: { disable_cooldowns: true }'))[
        'openai'
      ],
    ).toMatchObject({
      timeouts: { firstByte: '900s', idle: '900s', total: '900s' },
      health: { maxEjectedPercent: 0 },
    })
  })

  it('have headers, but for those with keys', () => {
    const yaml = withModel(
      'organization: org-1, extra_headers: { x-team: blue, x-api-key: sk-hidden, "a b": c, x-portal-token: t, x-from: os.environ/FROM }',
    )
    expect(providersOf(yaml)['openai']?.headers).toEqual([
      { name: 'OpenAI-Organization', value: 'org-1' },
      { name: 'x-team', value: 'blue' },
    ])
    expect(notesOf(yaml)).toEqual(
      expect.arrayContaining([
        '3 lost model_list[0].litellm_params.extra_headers.x-api-key',
        '3 lost model_list[0].litellm_params.extra_headers.a b',
        '3 lost model_list[0].litellm_params.extra_headers.x-portal-token',
        '3 lost model_list[0].litellm_params.extra_headers.x-from',
      ]),
    )
  })

  it('take limits where older configurations have them, as YAML 1.1 writes them', () => {
    const yaml = `model_list:
  - { model_name: a, litellm_params: { model: openai/one, api_key: x }, rpm: 3, tpm: 20_000 }
`
    expect(providersOf(yaml)['openai']?.limits).toEqual({
      requestsPerMinute: 3,
      tokensPerMinute: 20_000,
    })
  })

  it('refuse what they do not know only where that is said', () => {
    const refusing = { parameters: { unsupported: 'Error' } }
    expect(providersOf(withModel('drop_params: false'))['openai']).toMatchObject(refusing)
    expect(
      providersOf(withModel('', 'litellm_settings: { drop_params: false }'))['openai'],
    ).toMatchObject(refusing)
    expect(providersOf(withModel('drop_params: true'))['openai']).not.toHaveProperty('parameters')
  })

  it('know the prices and sizes of their models', () => {
    const yaml = `
model_list:
  - model_name: chat
    litellm_params: { model: openai/own, api_base: "https://own.acme.test/v1", input_cost_per_token: 1.5e-7 }
    model_info:
      output_cost_per_token: 0.0000006
      cache_read_input_token_cost: 7.5e-08
      max_input_tokens: 128000
      max_tokens: 4096
`
    expect(providersOf(yaml)['own']).toMatchObject({
      type: 'OpenAICompatible',
      baseURL: 'https://own.acme.test/v1',
      models: [
        {
          name: 'own',
          contextWindow: 128_000,
          maxOutputTokens: 4096,
          price: {
            inputPerMillion: '0.15',
            outputPerMillion: '0.6',
            cachedInputPerMillion: '0.075',
          },
        },
      ],
    })
  })

  it.each([
    [
      'azure/d',
      'api_base: "https://acme.openai.azure.com/", api_version: 2024-10-21',
      {
        type: 'AzureOpenAI',
        azure: { resourceName: 'acme', form: 'Deployments', apiVersion: '2024-10-21' },
      },
    ],
    [
      'azure/d',
      'api_base: "https://private.acme.test/x/", api_version: preview',
      { baseURL: 'https://private.acme.test/x', azure: { form: 'V1', apiVersion: 'preview' } },
    ],
    [
      'bedrock/eu-west-3/m.x',
      '',
      { bedrock: { region: 'eu-west-3' }, authentication: { source: 'WorkloadIdentity' } },
    ],
    [
      'bedrock/converse/anthropic.claude',
      'aws_region_name: us-east-1',
      { bedrock: { region: 'us-east-1', claudeAPI: 'Converse' } },
    ],
    [
      'vertex_ai/gemini-2.5-pro',
      'vertex_project: p-1',
      { vertex: { project: 'p-1', location: 'us-central1' } },
    ],
    [
      'anthropic/claude',
      'api_base: "https://proxy.test/a"',
      { type: 'Anthropic', baseURL: 'https://proxy.test/a/v1' },
    ],
    ['huggingface/x', 'api_base: "http://tgi:80"', { preset: 'tgi', baseURL: 'http://tgi/v1' }],
    ['groq/llama', '', { type: 'OpenAICompatible', preset: 'groq' }],
    ['openai/x', 'api_base: "https://api.openai.com/v1/"', { type: 'OpenAI' }],
    [
      'openai/x',
      'api_base: "https://x.test/v1/chat/completions"',
      { type: 'OpenAICompatible', baseURL: 'https://x.test/v1' },
    ],
    ['ollama/llama3', '', { type: 'Ollama' }],
  ])('%s with %s', (model, params, spec) => {
    const yaml = `model_list:\n  - { model_name: chat, litellm_params: { model: "${model}", ${params} } }`
    expect(Object.values(providersOf(yaml))).toEqual([expect.objectContaining(spec)])
  })

  it('take addresses from variables, and say where there is none', () => {
    const yaml = withModel('api_base: os.environ/BASE')
    const known = convert(yaml, { environment: { BASE: 'https://known.acme.test/v1' } })
    expect(known.files.map(({ text }) => text).join()).toContain(
      'baseURL: https://known.acme.test/v1',
    )
    expect(providersOf(yaml)['base']?.baseURL).toBe('https://base.invalid')
    expect(notesOf(yaml)).toContain('3 lost model_list[0].litellm_params.api_base')
  })

  it('never have the user and password of an address', () => {
    const yaml = withModel('api_base: "https://me:hunter2@x.acme.test/v1?key=hunter3"')
    const { files, notes } = convert(yaml)
    expect(JSON.stringify([files, notes])).not.toContain('hunter')
  })
})

describe('rules', () => {
  it('draw deployments by their shares, and ask fallbacks after them', () => {
    const yaml = `
model_list:
  - { model_name: chat, litellm_params: { model: openai/gpt-4o, weight: 0.25 } }
  - { model_name: chat, litellm_params: { model: anthropic/claude-opus-4-1, weight: 0.75 } }
  - { model_name: small, litellm_params: { model: groq/llama } }
router_settings: { fallbacks: [{ chat: [small] }], num_retries: 0, model_group_alias: { gpt-4: chat } }
`
    expect(rulesOf(yaml)[0]).toEqual({
      name: 'chat',
      match: { models: ['chat', 'gpt-4'] },
      targets: [
        { name: 'openai', providerRef: { name: 'openai' }, model: 'gpt-4o', weight: 333 },
        {
          name: 'anthropic',
          providerRef: { name: 'anthropic' },
          model: 'claude-opus-4-1',
          weight: 1000,
        },
        { name: 'groq', providerRef: { name: 'groq' }, model: 'llama', weight: 0 },
      ],
    })
    // Without retries there, none here.
    expect(rulesOf(yaml)[1]?.retry).toEqual({ attempts: 0 })
  })

  it.each([
    ['simple-shuffle', undefined],
    ['least-busy', 'LeastBusy'],
    ['latency-based-routing', 'LeastLatency'],
    ['cost-based-routing', 'LeastCost'],
    ['usage-based-routing-v2', undefined],
  ])('with %s have the strategy %s', (name, strategy) => {
    const yaml = withModel('', `router_settings: { routing_strategy: ${name} }`)
    expect(rulesOf(yaml)[0]?.strategy).toBe(strategy)
  })

  it('try as often as is said, of the deployment first', () => {
    const retryOf = (params: string, settings: string) =>
      rulesOf(withModel(params, `litellm_settings: { ${settings} }`))[0]?.retry
    expect(retryOf('', 'num_retries: 5')).toEqual({ attempts: 5 })
    expect(retryOf('num_retries: 1', 'num_retries: 5')).toEqual({ attempts: 1 })
    expect(retryOf('', 'num_retries: 50')).toEqual({ attempts: 10 })
    expect(retryOf('', 'num_retries: 2')).toBeUndefined()
  })

  it('try again after the failures that a policy counts, and as often as ever after others', () => {
    const retryOf = (policy: string, more = '') =>
      rulesOf(withModel('', `litellm_settings: { retry_policy: { ${policy} }${more} }`))[0]?.retry
    expect(retryOf('TimeoutErrorRetries: 0, RateLimitErrorRetries: 4')).toEqual({
      attempts: 4,
      conditions: ['RateLimited', 'ServerError', 'Connect'],
    })
    expect(retryOf('TimeoutErrorRetries: 0, RateLimitErrorRetries: 4', ', num_retries: 0')).toEqual(
      { attempts: 4, conditions: ['RateLimited'] },
    )
    expect(retryOf('AuthenticationErrorRetries: 1')).toBeUndefined()
    expect(
      retryOf('TimeoutErrorRetries: 0, RateLimitErrorRetries: 0, InternalServerErrorRetries: 0'),
    ).toEqual({ attempts: 0 })
  })

  it('ask fallbacks after every failure, whatever a policy counts', () => {
    const yaml = `model_list:
  - { model_name: chat, litellm_params: { model: openai/gpt-4o } }
  - { model_name: other, litellm_params: { model: anthropic/claude-opus-4-1 } }
litellm_settings:
  fallbacks: [{ chat: [other] }]
  retry_policy:
    TimeoutErrorRetries: 0
    RateLimitErrorRetries: 3
`
    expect(rulesOf(yaml)[0]?.retry).toEqual({ attempts: 3 })
    expect(notesOf(yaml)).toContain('7 changed litellm_settings.retry_policy.TimeoutErrorRetries')
  })

  it('stand in an order in which each is reached', () => {
    const groups = ['*', 'gpt-*', 'gpt-4o', 'gpt-4*'].map(
      (name) => `  - { model_name: "${name}", litellm_params: { model: "openai/${name}" } }\n`,
    )
    const rules = rulesOf(`model_list:\n${groups.join('')}`)
    expect(rules.flatMap(({ match }) => match.models)).toEqual(['gpt-4o', 'gpt-4*', 'gpt-*', '*'])
  })

  it('have the aliases of their groups, and say which they cannot have', () => {
    const aliases = Array.from({ length: 130 }, (_, index) => `a${index}: chat`).join(', ')
    const yaml = `model_list:
  - { model_name: chat, litellm_params: { model: openai/gpt-4o } }
  - { model_name: "g/*", litellm_params: { model: openai/gpt-4o } }
router_settings:
  model_group_alias: { ${aliases} }
litellm_settings:
  model_group_alias: { "a b": chat, c: nobody, d: "g/*" }
`
    expect(rulesOf(yaml)[0]?.match.models).toHaveLength(128)
    expect(notesOf(yaml).filter((note) => note.startsWith('5 lost'))).toHaveLength(3)
    const others = notesOf(yaml.replace('router_settings:', 'other_settings:'))
    expect(others.filter((note) => note.startsWith('7 lost'))).toHaveLength(3)
  })

  it('fall back for one name of a pattern, and for an alias', () => {
    const yaml = `model_list:
  - { model_name: "openai/*", litellm_params: { model: "openai/*" } }
  - { model_name: chat, litellm_params: { model: anthropic/claude-opus-4-1 } }
router_settings: { model_group_alias: { gpt-4: chat, other: chat } }
litellm_settings:
  fallbacks: [{ openai/gpt-4o: [chat] }, { gpt-4: [openai/gpt-4o-mini] }, { nobody: [chat] }]
`
    const shown = rulesOf(yaml).map(({ match, targets }) => [
      ...match.models,
      ...targets.map((each) => `${each.providerRef.name} ${each.model ?? '*'} ${each.weight ?? 1}`),
    ])
    expect(shown).toEqual([
      ['chat', 'other', 'anthropic claude-opus-4-1 1'],
      ['openai/gpt-4o', 'openai gpt-4o 1', 'anthropic claude-opus-4-1 0'],
      ['gpt-4', 'anthropic claude-opus-4-1 1', 'openai gpt-4o-mini 0'],
      ['openai/*', 'openai * 1'],
    ])
    expect(notesOf(yaml)).toContain('6 lost litellm_settings.fallbacks[2].nobody')
  })

  it('give the same target twice two shares', () => {
    const entry = (model: string) => `  - { model_name: a, litellm_params: { model: ${model} } }\n`
    const yaml = `model_list:\n${[entry('gpt-4o'), entry('gpt-4o'), entry('groq/x')].join('')}`
    expect(rulesOf(yaml)[0]?.targets.map(({ weight }) => weight)).toEqual([2, undefined])
  })

  it('say what LiteLLM knows of each deployment, and they of all', () => {
    const yaml = `model_list:
  - { model_name: a, litellm_params: { model: gpt-4o, order: 1, num_retries: 1, tags: [x] } }
  - { model_name: a, litellm_params: { model: groq/x, order: 2, num_retries: 3 } }
router_settings: { routing_strategy: least-busy, model_group_retry_policy: { b: {} } }
`
    expect(
      convert(yaml)
        .notes.filter(({ setting }) => setting.startsWith('model_list['))
        .map(({ line, severity, message }) => `${line} ${severity} ${message}`)
        .filter((note) => !note.includes('needs the value')),
    ).toEqual([
      '2 lost without enable_tag_filtering, tags tell usage apart: here only callers and models do',
      '2 changed a goes by the order of its deployments, and not by LeastBusy',
      '3 changed all deployments of a have the retries of the first that names some',
      '3 changed a goes by the order of its deployments, and not by LeastBusy',
    ])
    expect(notesOf(yaml)).toContain('4 lost router_settings.model_group_retry_policy.b')
  })

  it('let an alias win over a group of its name', () => {
    const yaml = `model_list:
  - { model_name: a, litellm_params: { model: openai/one } }
  - { model_name: b, litellm_params: { model: openai/two } }
router_settings: { model_group_alias: { a: b } }
`
    expect(rulesOf(yaml).map(({ match }) => match.models)).toEqual([['b', 'a']])
    expect(notesOf(yaml)).toContain('4 note router_settings.model_group_alias.a')
  })

  it('are spread over policies, which take 64 each', () => {
    const groups = Array.from(
      { length: 70 },
      (_, index) => `  - { model_name: m${index}, litellm_params: { model: openai/m${index} } }\n`,
    )
    const policies = specsOf<RoutingPolicy>('RoutingPolicy', `model_list:\n${groups.join('')}`)
    expect(Object.entries(policies).map(([name, { rules }]) => [name, rules.length])).toEqual([
      ['litellm', 64],
      ['litellm-2', 6],
    ])
  })

  it('have 32 targets at the most, and say what is left out', () => {
    const groups = Array.from(
      { length: 40 },
      (_, index) => `  - { model_name: chat, litellm_params: { model: openai/m${index} } }\n`,
    )
    const yaml = `model_list:\n${groups.join('')}`
    expect(rulesOf(yaml)[0]?.targets).toHaveLength(32)
    expect(notesOf(yaml)).toContain('2 lost model_list[0]')
  })
})

describe('limits', () => {
  it('are those of the proxy, of vendors, of deployments and of callers', () => {
    const yaml = `
model_list:
  - { model_name: a, litellm_params: { model: openai/gpt-4o } }
  - { model_name: b, litellm_params: { model: anthropic/claude-opus-4-1, max_budget: 3, budget_duration: 7d } }
litellm_settings:
  max_budget: 100.5
  budget_duration: 1d
  max_end_user_budget: 1e-12
  default_key_generate_params: { rpm_limit: 10, tpm_limit: 1000 }
router_settings:
  provider_budget_config: { openai: { budget_limit: 40, time_period: 10d } }
general_settings: { global_max_parallel_requests: 9 }
`
    const gateway = [{ kind: 'LLMGateway', name: 'default' }]
    const cost = (amount: string, window: object) => [
      { name: 'budget', cost: amount, window, onUnpriced: 'Allow' },
    ]
    expect(limitsOf(yaml)).toEqual({
      budget: { targetRefs: gateway, limits: cost('100.5', { calendar: 'Day' }) },
      concurrency: { targetRefs: gateway, concurrency: 9 },
      'end-users': {
        targetRefs: gateway,
        per: ['EndUser'],
        limits: cost('0.000000001', { calendar: 'Year' }),
      },
      keys: {
        targetRefs: gateway,
        per: ['Key'],
        limits: [
          { name: 'requests', requests: 10, window: { every: '1m' } },
          { name: 'tokens', tokens: { amount: 1000 }, window: { every: '1m' } },
        ],
      },
      'budget-openai': {
        targetRefs: [{ kind: 'LLMProvider', name: 'openai' }],
        limits: cost('40', { every: '240h' }),
      },
      'budget-anthropic': {
        targetRefs: [{ kind: 'LLMProvider', name: 'anthropic' }],
        limits: cost('3', { calendar: 'Week' }),
      },
    })
  })

  it('leave out a budget that no limit can have', () => {
    const yaml = withModel('', 'litellm_settings: { max_budget: 99999999 }')
    expect(limitsOf(yaml)).toEqual({})
    expect(notesOf(yaml)).toContain('5 lost litellm_settings.max_budget')
  })
})

describe('the gateway and its callers', () => {
  it('have what general_settings says', () => {
    const yaml = `
model_list: [{ model_name: chat, litellm_params: { model: openai/gpt-4o, timeout: 600 } }]
general_settings: { master_key: sk-1234, completion_model: chat, max_request_size_mb: 20 }
`
    expect(gatewayOf(yaml)).toEqual({
      defaults: { model: 'chat' },
      limits: { maxRequestBytes: 20_971_520, requestTimeout: '600s' },
    })
    expect(gatewayOf(yaml.replace('timeout: 600', 'timeout: 400.5'))?.limits?.requestTimeout).toBe(
      '400500ms',
    )
    expect(specsOf<Consumer>('Consumer', yaml)['litellm-master']?.apiKeys).toEqual([
      { name: 'master', secretRef: { name: 'litellm-master-key', key: 'api-key' } },
    ])
    expect(secretsOf(yaml)['litellm-master-key']).toBe('sk-1234')
  })

  it('reach private networks where a provider is in one', () => {
    expect(gatewayOf(withModel('api_base: "http://vllm:8000/v1"'))?.egress).toEqual({
      privateNetworks: 'Allow',
    })
    expect(gatewayOf(withModel(''))).toEqual({})
    const ollama = 'model_list: [{ model_name: chat, litellm_params: { model: ollama/llama3 } }]'
    expect(gatewayOf(ollama)?.egress).toEqual({ privateNetworks: 'Allow' })
  })

  it('count in Redis where LiteLLM does', () => {
    const redis = (settings: string) => withModel('', `router_settings: { ${settings} }`)
    const known = redis('redis_host: r.acme.test, redis_password: "p@ss", redis_ssl: true')
    expect(gatewayOf(known)?.state).toEqual({
      type: 'Redis',
      redis: { urlSecretRef: { name: 'redis-url', key: 'api-key' } },
    })
    expect(secretsOf(known)['redis-url']).toBe('rediss://:p%40ss@r.acme.test:6379')
    expect(secretsOf(redis('redis_host: os.environ/HOST, redis_port: 1'))['redis-url']).toBe('')
    const unknown = convert(redis('redis_host: os.environ/HOST, redis_ssl: true, redis_db: 3'))
    expect(unknown.files.map(({ text }) => text).join('')).toContain(
      'rediss://USER:PASSWORD@HOST:PORT/3, from HOST',
    )
    expect(secretsOf(redis('redis_url: "redis://r"'))['redis-url']).toBe('redis://r')
  })

  it('are named as is asked for', () => {
    const gateway = { namespace: 'models', name: 'edge' }
    const objects = objectsOf(withModel('', 'litellm_settings: { max_budget: 1 }'), { gateway })
    expect(new Set(objects.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['models']))
    const named = objects.filter(({ kind }) => kind === 'LLMGateway')
    expect(named.map(({ metadata }) => metadata.name)).toEqual(['edge'])
    const references = JSON.stringify(objects.map((each) => each['spec']))
    expect(references).toContain('"gatewayRefs":[{"name":"edge"}]')
    expect(references).toContain('{"kind":"LLMGateway","name":"edge"}')
  })
})

describe('secrets', () => {
  const yaml = `
model_list:
  - { model_name: a, litellm_params: { model: openai/gpt-4o, api_key: os.environ/SHARED_KEY } }
  - { model_name: b, litellm_params: { model: groq/llama, api_key: os.environ/SHARED_KEY } }
  - { model_name: c, litellm_params: { model: xai/grok, api_key: os.environ/OWN_KEY } }
  - { model_name: d, litellm_params: { model: deepseek/chat } }
general_settings: { master_key: sk-plain }
environment_variables: { OWN_KEY: own-value }
`
  const environment = { SHARED_KEY: 'shared-value' }

  it('are one for each variable, empty unless their values are asked for', () => {
    expect(secretsOf(yaml, { environment })).toEqual({
      'shared-key': '',
      'own-key': 'own-value',
      'deepseek-api-key': '',
      'litellm-master-key': 'sk-plain',
    })
    expect(secretsOf(yaml, { environment, fillsSecrets: true })['shared-key']).toBe('shared-value')
  })

  it('of Redis and AWS are filled in like any other', () => {
    const keys = `model_list:
  - model_name: chat
    litellm_params:
      model: bedrock/anthropic.claude-opus-4-1
      aws_region_name: us-east-1
      aws_access_key_id: os.environ/AWS_ID
      aws_secret_access_key: os.environ/AWS_KEY
router_settings: { redis_host: os.environ/REDIS, redis_password: os.environ/WORD }
`
    const values = { AWS_ID: 'AKIA', AWS_KEY: 's3cret', REDIS: 'r.acme.test', WORD: 'p@ss' }
    const filled = secretsOf(keys, { environment: values, fillsSecrets: true })
    expect(filled['redis-url']).toBe('redis://:p%40ss@r.acme.test:6379')
    expect(filled['bedrock-us-east-1-keys']).toBe(
      '[default]\naws_access_key_id = AKIA\naws_secret_access_key = s3cret\n',
    )
    expect(secretsOf(keys, { environment: values })).toMatchObject({
      'redis-url': '',
      'bedrock-us-east-1-keys': '',
    })
  })

  it('say how they are made', () => {
    const gateway = { namespace: 'models', name: 'default' }
    const { files } = convert(yaml, { gateway })
    expect(files.find(({ isPrivate }) => isPrivate)?.text).toContain(
      '# Needs the value of SHARED_KEY. Or remove this, and run: kubectl create secret generic shared-key --namespace models --from-literal=api-key="$SHARED_KEY"\n',
    )
  })

  it('have the keys of AWS as its credentials file does', () => {
    const aws = (id: string, key: string) =>
      `model_list: [{ model_name: a, litellm_params: { model: bedrock/m.x, aws_region_name: us-east-1, aws_access_key_id: ${id}, aws_secret_access_key: ${key} } }]`
    expect(secretsOf(aws('AKIA1', 'abc'))['bedrock-us-east-1-keys']).toBe(
      '[default]\naws_access_key_id = AKIA1\naws_secret_access_key = abc\n',
    )
    expect(secretsOf(aws('os.environ/ID', 'os.environ/KEY'))['bedrock-us-east-1-keys']).toBe('')
  })
})

describe('what is told', () => {
  it('is every setting that nothing is made of, wherever it stands', () => {
    const yaml = `unheard_of: 1
model_list:
  - model_name: chat
    unheard_of: 1
    litellm_params:
      model: openai/gpt-4o
      unheard_of: 1
    model_info:
      unheard_of: 1
router_settings:
  unheard_of: 1
  retry_policy:
    unheard_of: 1
litellm_settings:
  unheard_of: { deep: 1 }
general_settings:
  master_key: os.environ/KEY
  unheard_of: [1]
credential_list:
  - credential_name: c
    unheard_of: 1
    credential_values: { unheard_of: 1 }
`
    expect(notesOf(yaml).filter((note) => note.includes('unheard_of'))).toEqual([
      '1 lost unheard_of',
      '4 lost model_list[0].unheard_of',
      '7 lost model_list[0].litellm_params.unheard_of',
      '9 lost model_list[0].model_info.unheard_of',
      '11 lost router_settings.unheard_of',
      '13 lost router_settings.retry_policy.unheard_of',
      '15 lost litellm_settings.unheard_of',
      '18 lost general_settings.unheard_of',
      '21 lost credential_list[0].unheard_of',
      '22 lost credential_list[0].credential_values.unheard_of',
    ])
  })

  it('is a variable that nothing here reads', () => {
    const yaml = withModel(
      '',
      'environment_variables:\n  KEY: a\n  OPENAI_API_KEY: b\n  REDIS_HOST: c\n',
    )
    expect(notesOf(yaml).filter((note) => note.includes('environment_variables.'))).toEqual([
      '8 lost environment_variables.REDIS_HOST',
    ])
  })

  it('is a value of another type', () => {
    const yaml = withModel('rpm: many, timeout: [1]', 'router_settings: often')
    const lists = `model_list: [{ model_name: a, litellm_params: { model: gpt-4o, api_key: [1], rpm: -1, max_budget: -5 } }]
general_settings: { master_key: [a], max_request_size_mb: 0 }
`
    expect(notesOf(lists).filter((note) => note.includes(' lost '))).toEqual([
      '1 lost model_list[0].litellm_params.api_key',
      '1 lost model_list[0].litellm_params.rpm',
      '1 lost model_list[0].litellm_params.max_budget',
      '2 lost general_settings.max_request_size_mb',
      '2 lost general_settings.master_key',
    ])
    expect(notesOf(yaml)).toEqual(
      expect.arrayContaining([
        '3 lost model_list[0].litellm_params.rpm',
        '3 lost model_list[0].litellm_params.timeout',
        '5 lost router_settings',
      ]),
    )
  })

  it.each([
    ['nothing', '', 'there is no model_list'],
    ['another file', 'apiVersion: v1\nkind: Secret\n', 'there is no model_list'],
    ['a list', '- a\n', 'there is no model_list'],
    ['broken YAML', 'model_list:\n  - [\n', 'line 3'],
  ])('is that %s is no configuration', (_, yaml, message) => {
    expect(() => convert(yaml)).toThrow(UsageError)
    expect(() => convert(yaml)).toThrow(message)
  })

  it('comes soon, however YAML is folded', () => {
    const merged = Array.from(
      { length: 40 },
      (_, level) => `a${level + 1}: &a${level + 1} { <<: [*a${level}, *a${level}] }\n`,
    )
    const yaml = `a0: &a0 { x: 1 }\n${merged.join('')}model_list: [{ model_name: m, litellm_params: { <<: *a40, model: gpt-4o } }]\n`
    expect(notesOf(yaml)).toContain('1 lost model_list[0].litellm_params.x')
  })

  it('tells of prices and sizes that no provider can have', () => {
    const entry = (model: string) =>
      `  - { model_name: "${model}", litellm_params: { model: "groq/${model}", input_cost_per_token: 0.000001 } }\n`
    const many = Array.from({ length: 257 }, (_, index) => entry(`m${index}`)).join('')
    const lost = (yaml: string) =>
      notesOf(yaml).filter((note) => /^\d+ lost model_list\[\d+\]$/.test(note))
    expect(lost(`model_list:\n${entry('*')}`)).toEqual(['2 lost model_list[0]'])
    expect(lost(`model_list:\n${many}`)).toEqual(['2 lost model_list[0]'])
  })
})
