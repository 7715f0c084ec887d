import type { AccessSettings } from './access.ts'
import type { AuditSettings, CorsSettings, ListenerTlsSettings } from './gateway-listener.ts'
import type { AuthenticationSettings } from './authentication.ts'
import type { ResourceIdentity } from './resource-identity.ts'
import type { SecretKeyRef } from './secret-key-ref.ts'

export interface LLMGatewaySettings extends ResourceIdentity {
  readonly auth: 'Required' | 'Optional' | 'Disabled'
  readonly authentication: AuthenticationSettings
  /** What a caller without a key may use with auth `Optional`; undefined refuses it. */
  readonly anonymousAccess: AccessSettings | undefined
  /** Undefined: callers connect by plain HTTP. */
  readonly listenerTls: ListenerTlsSettings | undefined
  /** Undefined: no page of another origin may call. */
  readonly cors: CorsSettings | undefined
  readonly audit: AuditSettings
  readonly allowPrivateNetworks: boolean
  readonly defaultModel: string | undefined
  /** Keys of `providers`, tried in order for a model that no route matches. */
  readonly defaultProviders: readonly string[]
  /** Key of `contextStrategies`; undefined means the full history. */
  readonly defaultContextStrategy: string | undefined
  /** Key of `conversationStores`; undefined means in memory. */
  readonly defaultConversationStore: string | undefined
  /** Key of `personas`. */
  readonly defaultPersona: string | undefined
  /** Number of worker processes, from 1 to 64; undefined leaves it to the program. */
  readonly workers: number | undefined
  readonly telemetry: TelemetrySettings
  readonly state: StateSettings
  readonly limits: {
    readonly maxRequestBytes: number
    /** Of all request bodies that one worker holds. */
    readonly maxBufferedBytes: number
    /** Of an answer that has to be held. */
    readonly maxResponseBytes: number
    readonly requestTimeoutMs: number
    readonly firstTokenTimeoutMs: number
    /** Of one call. */
    readonly maxMessages: number
    readonly maxTools: number
    /** Of objects and lists in a request body. */
    readonly maxDepth: number
    readonly maxConcurrentRequests: number
  }
}

/** What is told of calls beside logs and metrics. */
export interface TelemetrySettings {
  /** OpenTelemetry's GenAI conventions that name the attributes of spans. */
  readonly semconv: 'Latest' | 'V1_36'
  readonly traces: {
    /** Where spans are sent; undefined leaves it to the environment of the process. */
    readonly otlp:
      | {
          /** Base URL without a trailing slash; `/v1/traces` is appended. */
          readonly endpoint: string
          readonly headers: readonly { readonly name: string; readonly secret: SecretKeyRef }[]
        }
      | undefined
    /**
     * From 0 to 100: the share of the calls that are recorded, of those whose caller has not
     * decided. Undefined leaves it to the environment.
     */
    readonly samplePercent: number | undefined
    /** Whether spans hold the messages themselves. */
    readonly content: boolean
  }
}

/** Where state that replicas share is stored. */
export type StateSettings =
  /** In the primary process of each replica. */
  | { readonly type: 'InProcess' }
  | {
      readonly type: 'Redis'
      /** `redis://` or `rediss://`; undefined if it may not be read, so that the store is not there. */
      readonly url: SecretKeyRef | undefined
      /** How long a call waits for an answer of the server. */
      readonly timeoutMs: number
      /** Parts of counters that each worker may use without asking; undefined: every call asks. */
      readonly leases: LeaseSettings | undefined
    }

export interface LeaseSettings {
  /** Of what is left of a limit, the greatest share that one worker borrows at a time; 1 to 50. */
  readonly percent: number
  /** How often workers settle, and how soon a dead one's leases come back, at the most. */
  readonly intervalMs: number
}
