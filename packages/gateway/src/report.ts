import type { ReplicaProblem } from '@fairlead/snapshot'
import type { ReportedKnowledge } from './call/knowledge-states.ts'
import type { ReportedCounter, ReportedStateStore } from './policies/reported-usage.ts'
import type { CredentialStatus } from './upstream/credential-state.ts'
import type { ProviderHealth } from './upstream/provider-state.ts'

export interface ReportedProvider {
  readonly namespace: string
  readonly name: string
  readonly health: ProviderHealth
  /** What happened, in words for a person; never contains a credential. */
  readonly message: string
  /** Those that calls have shown something of. */
  readonly credentials: readonly ReportedCredential[]
}

export interface ReportedCredential {
  readonly name: string
  readonly state: CredentialStatus
  /** Unix milliseconds. */
  readonly sinceMs: number
  /** Unix milliseconds until which it is not used; undefined for one that is. */
  readonly untilMs: number | undefined
}

export interface ReportedModel {
  /** The LLMProvider, as `namespace/name`. */
  readonly provider: string
  /** As the provider names it. */
  readonly model: string
}

/** What this replica runs, and what only this replica can see. */
export interface GatewayReport {
  /** Hash of the snapshot in force; empty before the first. */
  readonly configHash: string
  readonly problems: readonly ReplicaProblem[]
  /** Why no caller is served, in words for a person; undefined while they are. */
  readonly notServed?: string
  readonly providers: readonly ReportedProvider[]
  /** The fullest counters of UsagePolicies; undefined without any. */
  readonly counters?: readonly ReportedCounter[]
  /** Models that were called and whose price is not known; undefined without any. */
  readonly unpriced?: readonly ReportedModel[]
  /** Undefined without a KnowledgeBase. */
  readonly knowledge?: readonly ReportedKnowledge[]
  /** Undefined where nothing is counted. */
  readonly stateStore?: ReportedStateStore
}
