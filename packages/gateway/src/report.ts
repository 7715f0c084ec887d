import type { ReplicaProblem } from '@fairlead/snapshot'
import type { ProviderHealth } from './upstream/provider-state.ts'

export interface ReportedProvider {
  readonly namespace: string
  readonly name: string
  readonly health: ProviderHealth
  /** What happened, in words for a person; never contains a credential. */
  readonly message: string
}

/** What this replica runs, and what only this replica can see. */
export interface GatewayReport {
  /** Hash of the snapshot in force; empty before the first. */
  readonly configHash: string
  readonly problems: readonly ReplicaProblem[]
  readonly providers: readonly ReportedProvider[]
}
