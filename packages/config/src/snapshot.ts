/**
 * What the data plane runs: one frozen value, compiled from all resources, with every default
 * filled in, every reference resolved and every duration in milliseconds. It holds names of
 * Secrets, never their values. One call sees one snapshot from start to end.
 */
export interface Snapshot {
  /** `sha256:` over the canonical JSON of all other fields: equal configuration, equal hash. */
  readonly hash: string
  readonly gateway: GatewaySettings
  /** By `namespace/name`. */
  readonly providers: ReadonlyMap<string, Provider>
  /** In the order in which they are tried: first match wins. */
  readonly routes: readonly Route[]
  /** By `namespace/name`. */
  readonly prompts: ReadonlyMap<string, Prompt>
  /** By `namespace/name`. */
  readonly personas: ReadonlyMap<string, PersonaSettings>
  /** By `namespace/name`. */
  readonly strategies: ReadonlyMap<string, StrategySettings>
  /** By `namespace/name`. */
  readonly stores: ReadonlyMap<string, StoreSettings>
  readonly consumers: readonly ConsumerSettings[]
}

/** `namespace` and `name` of a resource, and what of it a plan or log should name. */
export interface ResourceIdentity {
  readonly namespace: string
  readonly name: string
  /** metadata.generation: the revision that a plan names (`last-five-turns@3`). */
  readonly generation: number
}

export interface SecretKeyRef {
  readonly namespace: string
  readonly name: string
  readonly key: string
}

export interface GatewaySettings extends ResourceIdentity {
  readonly auth: 'Required' | 'Optional' | 'Disabled'
  readonly allowPrivateNetworks: boolean
  readonly defaultModel: string | undefined
  /** Keys of `providers`, tried in order for a model that no route matches. */
  readonly defaultProviders: readonly string[]
  /** Key of `strategies`; undefined means the full history. */
  readonly defaultStrategy: string | undefined
  /** Key of `stores`; undefined means in memory. */
  readonly defaultStore: string | undefined
  /** Key of `personas`. */
  readonly defaultPersona: string | undefined
  readonly limits: {
    readonly maxRequestBytes: number
    readonly requestTimeoutMs: number
    readonly firstTokenTimeoutMs: number
    readonly maxConcurrentRequests: number
  }
}

export type ProviderType = 'OpenAI' | 'OpenAICompatible' | 'Anthropic' | 'Ollama' | 'Simulator'

export interface Provider extends ResourceIdentity {
  readonly type: ProviderType
  /** Without a trailing slash, version segment included (`https://api.openai.com/v1`). Empty for Simulator. */
  readonly baseURL: string
  readonly credentials: readonly {
    readonly name: string
    readonly secret: SecretKeyRef
    readonly weight: number
  }[]
  /** Empty: anything that the provider serves. */
  readonly models: readonly ProviderModel[]
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  readonly simulator: SimulatorSettings | undefined
}

export interface ProviderModel {
  readonly name: string
  readonly aliases: readonly string[]
  readonly contextWindow: number | undefined
  readonly maxOutputTokens: number | undefined
  readonly capabilities: readonly string[]
}

export interface SimulatorSettings {
  readonly mode: 'Echo' | 'Script'
  /** Script: answered in order, by the number of user messages in the prompt, last one repeated. */
  readonly replies: readonly string[]
  /** Before the first byte. */
  readonly latencyMs: number
  /** Between the words of a stream. */
  readonly wordDelayMs: number
  readonly failure:
    | {
        readonly status: number
        readonly message: string
        /** Every n-th call fails, counted per process; 1 means every call. */
        readonly everyNth: number
        readonly retryAfterSeconds: number | undefined
        /** Instead of an error answer: the stream is cut after so many words. */
        readonly afterWords: number | undefined
      }
    | undefined
}

export interface Route {
  readonly policy: ResourceIdentity
  /** The rule's name; shown in `x-fairlead-route` as `policy/rule`. */
  readonly rule: string
  readonly match: RouteMatch
  readonly strategy: 'Weighted' | 'Priority'
  readonly targets: readonly RouteTarget[]
  readonly retry: RetrySettings
}

/** All given fields must hold; empty lists and undefined match everything. */
export interface RouteMatch {
  /** Exact, or with a trailing `*`. */
  readonly models: readonly string[]
  readonly groups: readonly string[]
  /** As `namespace/name`. */
  readonly consumers: readonly string[]
  /** Names in lower case. */
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  /** As `namespace/name`. */
  readonly promptTemplates: readonly string[]
  /** Estimated tokens of what the caller sent, both ends included; undefined matches any length. */
  readonly inputTokens: { readonly min: number; readonly max: number | undefined } | undefined
}

export interface RouteTarget {
  readonly name: string
  /** Key of `providers`. */
  readonly provider: string
  /** The model that the provider is asked for; undefined keeps the caller's. */
  readonly model: string | undefined
  readonly weight: number
}

export type RetryCondition = 'RateLimited' | 'ServerError' | 'Timeout' | 'Connect'

export interface RetrySettings {
  /** Attempts after the first one, over all targets; 0 means none. */
  readonly attempts: number
  readonly on: readonly RetryCondition[]
}

export interface Prompt extends ResourceIdentity {
  /** By version. */
  readonly versions: ReadonlyMap<string, PromptVersion>
  /** Shares by weight; at least one. */
  readonly rollout: readonly { readonly version: string; readonly weight: number }[]
  /** Extra path under which it is served, such as `/summarise`; undefined when none was granted. */
  readonly path: string | undefined
}

export interface PromptVersion {
  readonly version: string
  readonly messages: readonly {
    readonly role: 'system' | 'developer' | 'user' | 'assistant'
    readonly content: string
  }[]
  /** JSON Schema 2020-12 of the parameters; undefined accepts none. */
  readonly parameters: Readonly<Record<string, unknown>> | undefined
  readonly model: string | undefined
  readonly temperature: number | undefined
  readonly maxOutputTokens: number | undefined
  readonly responseFormat:
    | { readonly type: 'Text' }
    | { readonly type: 'JSONObject' }
    | {
        readonly type: 'JSONSchema'
        readonly name: string
        readonly schema: Readonly<Record<string, unknown>>
      }
}

export interface PersonaSettings extends ResourceIdentity {
  /** Template text with `{{variable}}`. */
  readonly instructions: string
  readonly variables: readonly {
    readonly name: string
    readonly default: string | undefined
    /** Clock: the date of the epoch's start, `YYYY-MM-DD`. */
    readonly from: 'Clock' | undefined
  }[]
  readonly tools: readonly {
    readonly name: string
    readonly description: string | undefined
    readonly parameters: Readonly<Record<string, unknown>> | undefined
  }[]
  readonly temperature: number | undefined
  readonly maxOutputTokens: number | undefined
  /** `sha256:` of everything above that is rendered. */
  readonly hash: string
}

export interface StrategySettings extends ResourceIdentity {
  readonly history:
    | { readonly mode: 'Full' }
    | { readonly mode: 'LastTurns'; readonly turns: number; readonly slackTurns: number }
  readonly reserveOutputTokens: number
  readonly onOverflow: 'Compact' | 'Error'
}

export interface StoreSettings extends ResourceIdentity {
  readonly type: 'Memory' | 'SQLite'
  /** SQLite: relative to the data directory. */
  readonly path: string | undefined
  /** Turns and conversations untouched for longer are deleted; undefined keeps them. */
  readonly ttlMs: number | undefined
}

export interface ConsumerSettings extends ResourceIdentity {
  readonly groups: readonly string[]
  readonly apiKeys: readonly {
    readonly name: string
    readonly source: { readonly secret: SecretKeyRef } | { readonly sha256: string }
    /** Unix milliseconds; undefined never expires. */
    readonly expiresAtMs: number | undefined
  }[]
  /** Exact names, or with a trailing `*`. */
  readonly access: {
    readonly models: readonly string[]
    readonly promptTemplates: readonly string[]
    readonly personas: readonly string[]
  }
}
