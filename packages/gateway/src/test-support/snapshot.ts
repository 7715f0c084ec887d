import type {
  AccessPolicySettings,
  ConsumerSettings,
  CachePolicySettings,
  GuardrailPolicySettings,
  PriceBookSettings,
  UsagePolicySettings,
  LLMGatewaySettings,
  PersonaSettings,
  PromptEvaluationSettings,
  PromptTemplateSettings,
  PromptVersion,
  KnowledgeBaseSettings,
  LLMProviderSettings,
  RolloutShare,
  Route,
  RouteMatch,
  RouteTarget,
  SimulatorSettings,
  Snapshot,
  ContextStrategySettings,
} from '@fairlead/snapshot'

/** The settings that a test cares about: all have defaults, in the namespace `default`. */
export interface SnapshotParts {
  readonly hash?: string
  readonly gateway?: Partial<LLMGatewaySettings>
  readonly providers?: readonly LLMProviderSettings[]
  readonly routes?: readonly Route[]
  readonly prompts?: readonly PromptTemplateSettings[]
  readonly personas?: readonly PersonaSettings[]
  readonly strategies?: readonly ContextStrategySettings[]
  readonly consumers?: readonly ConsumerSettings[]
  readonly usagePolicies?: readonly UsagePolicySettings[]
  readonly priceBooks?: readonly PriceBookSettings[]
  readonly accessPolicies?: readonly AccessPolicySettings[]
  readonly guardrailPolicies?: readonly GuardrailPolicySettings[]
  readonly cachePolicies?: readonly CachePolicySettings[]
  readonly knowledgeBases?: readonly KnowledgeBaseSettings[]
  readonly promptEvaluations?: readonly PromptEvaluationSettings[]
}

/** Limits that no test reaches by accident. */
export const limits: LLMGatewaySettings['limits'] = {
  maxRequestBytes: 10 * 1024 * 1024,
  maxBufferedBytes: 512 * 1024 * 1024,
  maxResponseBytes: 32 * 1024 * 1024,
  requestTimeoutMs: 30_000,
  firstTokenTimeoutMs: 10_000,
  maxMessages: 10_000,
  maxTools: 1024,
  maxDepth: 128,
  maxConcurrentRequests: 1000,
}

/** Callers have API keys, and nothing else. */
export const keysOnly: LLMGatewaySettings['authentication'] = {
  methods: ['APIKey'],
  issuers: [],
  serviceAccounts: undefined,
  clientCertificates: undefined,
}

export function snapshotOf(parts: SnapshotParts): Snapshot {
  const providers = byKey(parts.providers ?? [])
  return {
    hash: parts.hash ?? 'sha256:test',
    gateway: {
      namespace: 'default',
      name: 'default',
      generation: 1,
      auth: 'Disabled',
      authentication: keysOnly,
      anonymousAccess: undefined,
      listenerTls: undefined,
      cors: undefined,
      audit: { enabled: true, retentionMs: 3_600_000, maxBytes: 1_048_576 },
      allowPrivateNetworks: true,
      defaultModel: undefined,
      defaultProviders: [...providers.keys()],
      defaultContextStrategy: undefined,
      defaultConversationStore: undefined,
      defaultPersona: undefined,
      workers: undefined,
      telemetry: {
        semconv: 'Latest',
        traces: { otlp: undefined, samplePercent: undefined, content: false },
      },
      state: { type: 'InProcess' },
      ...parts.gateway,
      limits: { ...limits, ...parts.gateway?.limits },
    },
    providers,
    routes: parts.routes ?? [],
    promptTemplates: byKey(parts.prompts ?? []),
    personas: byKey(parts.personas ?? []),
    contextStrategies: byKey(parts.strategies ?? []),
    conversationStores: new Map(),
    consumers: parts.consumers ?? [],
    usagePolicies: parts.usagePolicies ?? [],
    priceBooks: parts.priceBooks ?? [],
    accessPolicies: parts.accessPolicies ?? [],
    guardrailPolicies: parts.guardrailPolicies ?? [],
    cachePolicies: parts.cachePolicies ?? [],
    knowledgeBases: byKey(parts.knowledgeBases ?? []),
    promptEvaluations: byKey(parts.promptEvaluations ?? []),
  }
}

function byKey<T extends { readonly namespace: string; readonly name: string }>(
  values: readonly T[],
): ReadonlyMap<string, T> {
  return new Map(values.map((value) => [`${value.namespace}/${value.name}`, value]))
}

const identity = (name: string) => ({ namespace: 'default', name, generation: 1 })

export function providerOf(
  name: string,
  parts: Partial<LLMProviderSettings> = {},
): LLMProviderSettings {
  return {
    ...identity(name),
    type: 'OpenAI',
    baseURL: '',
    proxyURL: undefined,
    isClusterService: false,
    tls: undefined,
    authentication: { source: 'Credentials' },
    azure: undefined,
    vertex: undefined,
    bedrock: undefined,
    credentials: [],
    models: [],
    headers: [],
    parameters: { unsupported: 'Drop' },
    // Most tests compare the bytes that pass.
    streamUsage: 'Omit',
    timeouts: { connectMs: 10_000, firstByteMs: undefined, idleMs: undefined, totalMs: undefined },
    health: {
      failures: 5,
      windowMs: 30_000,
      ejectForMs: 10_000,
      maxEjectForMs: 300_000,
      maxEjectedPercent: 100,
      probe: undefined,
    },
    limits: {
      requestsPerMinute: undefined,
      tokensPerMinute: undefined,
      maxConcurrent: undefined,
    },
    simulator: undefined,
    ...parts,
  }
}

/** With one credential, in Secret `<name>` key `api-key`. */
export function keyedProvider(
  name: string,
  parts: Partial<LLMProviderSettings> = {},
): LLMProviderSettings {
  const secret = { namespace: 'default', name, key: 'api-key' }
  return providerOf(name, { credentials: [{ name: 'main', secret, weight: 1 }], ...parts })
}

export function simulatorOf(
  name: string,
  settings: Partial<SimulatorSettings> = {},
): LLMProviderSettings {
  return providerOf(name, {
    type: 'Simulator',
    simulator: {
      mode: 'Echo',
      replies: [],
      latencyMs: 0,
      wordDelayMs: 0,
      failure: undefined,
      ...settings,
    },
  })
}

export function routeOf(
  rule: string,
  targets: readonly (Partial<RouteTarget> & { readonly provider: string })[],
  parts: Partial<Omit<Route, 'match'>> & { readonly match?: Partial<RouteMatch> } = {},
): Route {
  return {
    policy: identity('policy'),
    rule,
    strategy: 'Priority',
    timeouts: { firstByteMs: undefined, idleMs: undefined, totalMs: undefined },
    stickiness: undefined,
    mirror: undefined,
    retry: { attempts: 0, conditions: ['RateLimited', 'ServerError', 'Timeout', 'Connect'] },
    ...parts,
    targets: targets.map((target) => ({
      name: target.provider,
      model: undefined,
      weight: 1,
      ...target,
      provider: `default/${target.provider}`,
    })),
    match: {
      models: [],
      groups: [],
      consumers: [],
      headers: [],
      promptTemplates: [],
      inputTokens: undefined,
      cel: '',
      promptTypes: [],
      complexity: undefined,
      ...parts.match,
    },
  }
}

/** Access without limits, in the own namespace. */
export const everything = {
  models: ['*'],
  promptTemplates: ['*'],
  personas: ['*'],
  contextStrategies: ['*'],
}

export function consumerOf(name: string, parts: Partial<ConsumerSettings> = {}): ConsumerSettings {
  return {
    ...identity(name),
    uid: undefined,
    groups: [],
    metadata: {},
    serviceAccounts: [],
    apiKeys: [
      {
        name: 'first',
        source: { secret: { namespace: 'default', name, key: 'api-key' } },
        expiresAtMs: undefined,
      },
    ],
    access: everything,
    ...parts,
  }
}

/** A share of all calls that no cohort matches. */
export function shareOf(
  version: string,
  weight = 100,
  parts: Partial<RolloutShare> = {},
): RolloutShare {
  return { version, cohort: '', weight, match: undefined, ...parts }
}

export function promptOf(
  name: string,
  versions: readonly (Partial<PromptVersion> & { readonly version: string })[],
  parts: Partial<PromptTemplateSettings> = {},
): PromptTemplateSettings {
  return {
    ...identity(name),
    versions: new Map(
      versions.map((version) => [
        version.version,
        {
          messages: [],
          parameters: undefined,
          model: undefined,
          temperature: undefined,
          maxOutputTokens: undefined,
          responseFormat: { type: 'Text' as const },
          ...version,
        },
      ]),
    ),
    labels: new Map(),
    rollout: versions.slice(0, 1).map(({ version }) => shareOf(version)),
    sticky: { by: 'Conversation' },
    path: undefined,
    ...parts,
  }
}

export function strategyOf(
  name: string,
  parts: Partial<ContextStrategySettings> = {},
): ContextStrategySettings {
  return {
    ...identity(name),
    history: { mode: 'Full' },
    retrieval: { mode: 'None' },
    reserveOutputTokens: 1024,
    historyTokens: undefined,
    promptCaching: 'Auto',
    compactAtTokens: undefined,
    onOverflow: 'Compact',
    onConcurrent: { mode: 'Queue', maxWaitMs: 30_000 },
    onDisconnect: 'Continue',
    ...parts,
  }
}

export function personaOf(name: string, parts: Partial<PersonaSettings> = {}): PersonaSettings {
  return {
    ...identity(name),
    instructions: `You are ${name}.`,
    variables: [],
    tools: [],
    temperature: undefined,
    maxOutputTokens: undefined,
    hash: `sha256:${name}`,
    ...parts,
  }
}
