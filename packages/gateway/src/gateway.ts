import type { ConversationStoreSettings, StateSettings } from '@fairlead/snapshot'
import type { Counters, UsageLedger } from '@fairlead/usage'
import type { Conversations } from '@fairlead/context'
import type { Embedder } from '@fairlead/retrieval'
import type { Registry } from 'prom-client'
import type { RecentCalls } from './call/recent-calls.ts'
import type { RefusalAudit } from './call/refused-request.ts'
import type { Clock, Logger } from '@fairlead/base'
import type { ReviewToken } from './access/tokens/service-account-tokens.ts'
import type { AnswerTransformer } from './answer/answer-transform.ts'
import type { IdentityEnvironment } from './identity/identity-environment.ts'
import type { EvaluatedCase, EvaluationCase } from './evaluations/evaluate-case.ts'
import type { KnowledgeSearcher } from './call/knowledge-searcher.ts'
import type { AnswerStore } from './policies/cache/answer-store.ts'
import type { CallAllowance } from './policies/call-allowance.ts'
import type { CreateCallPolicy } from './policies/call-policy.ts'
import type { ProviderType } from './providers/provider-type.ts'
import type { GatewayReport } from './report.ts'
import type { RoutingStrategy } from './routing/routing-strategy.ts'
import type { EndpointPoolSource, SecretSource, SnapshotSource } from './sources/sources.ts'
import type { Surface } from './surfaces/surface.ts'
import type { TelemetryEnvironment } from './telemetry/trace-plan.ts'
import type { ResolveHost } from './upstream/resolve-host.ts'

/**
 * Opens the counters of the LLMGateway's `state`. Called again when that changes; whoever calls
 * closes the earlier ones. `onAvailability` is told when the store fails, with a message for the
 * operator, and undefined when it works again.
 */
export type OpenCounters = (
  state: StateSettings,
  onAvailability: (problem: string | undefined) => void,
) => Counters

export interface GatewayOptions extends Partial<GatewayLists> {
  readonly listen: ListenOn
  readonly snapshots: SnapshotSource
  readonly secrets: SecretSource
  /** The InferencePools that providers name. Without it none can be called. */
  readonly endpointPools?: EndpointPoolSource
  /**
   * Opens the conversations of a ConversationStore; undefined means in memory. Called once per
   * distinct store. Tell `onAvailability` when the open store fails, with a message for the operator,
   * and undefined when it works again.
   */
  openStore(
    store: ConversationStoreSettings | undefined,
    onAvailability: (problem: string | undefined) => void,
  ): Conversations | Promise<Conversations>
  /** Opens what calls are counted with. Counted in this process alone when left out. */
  readonly openCounters?: OpenCounters
  /** Keeps answers for CachePolicies. In the memory of this process alone when left out. */
  readonly answers?: AnswerStore
  readonly registry: Registry
  readonly logger: Logger
  /** The places of concurrent calls. Counted in this process alone when left out. */
  readonly allowance?: CallAllowance
  /** Keeps the last calls. Those of this process alone when left out. */
  readonly recentCalls?: RecentCalls
  /** Where usage is noted. In the memory of this process alone when left out. */
  readonly ledger?: UsageLedger
  /** Told of refused requests; nobody is when left out. */
  readonly audit?: RefusalAudit
  /** What the environment says of tracing; nothing when left out. */
  readonly telemetry?: TelemetryEnvironment
  /** What the environment says of the gateway's own identity at clouds; nothing when left out. */
  readonly identity?: IdentityEnvironment
  /** Has Kubernetes say whose token one is. Without it ServiceAccounts cannot call. */
  readonly reviewToken?: ReviewToken
  /** Searches knowledge bases that have an index. Without it none can be searched. */
  readonly knowledge?: KnowledgeSearcher
  readonly clock?: Clock
  /** In [0, 1). */
  readonly random?: () => number
  readonly resolveHost?: ResolveHost
}

/**
 * Where a gateway takes connections: at an address, where port 0 picks a free one, or from a bound
 * socket that this process inherited and that others may share.
 */
export type ListenOn = { readonly host: string; readonly port: number } | { readonly fd: number }

/** Each list replaces the built-in one; that is used where a list is left out. */
export interface GatewayLists {
  readonly surfaces: readonly Surface[]
  readonly policies: readonly CreateCallPolicy[]
  readonly transformers: readonly AnswerTransformer[]
  readonly providerTypes: readonly ProviderType[]
  readonly routingStrategies: readonly RoutingStrategy[]
}

export interface Gateway {
  /** With https while the configuration says so. */
  readonly url: string
  readonly port: number
  /** See `ListenerTls.setTicketKeys`. */
  setTicketKeys(keys: Uint8Array): void
  report(): GatewayReport
  /** Calls `listener` after every change of the report; returns a function that unsubscribes it. */
  onReportChange(listener: () => void): () => void
  /**
   * Makes vectors for knowledge bases by calls of the gateway itself, with the configuration in force,
   * each within a minute.
   */
  embedder(model: string): Embedder
  /** Tries a case of a PromptEvaluation, with the configuration in force. Never rejects. */
  evaluateCase(asked: EvaluationCase): Promise<EvaluatedCase>
  /** It is soon to be drained: callers are told to connect anew, and still served. */
  announceStop(): void
  /**
   * Stops accepting connections, lets calls in flight finish, aborts those left after `timeoutMs`,
   * then closes upstream connections and stores. Connections without a call stay open for one more
   * call for `idleMs`, by default not at all. Resolves when all is closed. A second call can leave
   * less time.
   */
  drain(timeoutMs: number, idleMs?: number): Promise<void>
}
