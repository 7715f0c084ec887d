import type { ReplicaProblem } from '@fairlead/snapshot'
import type { HealthState } from './upstream/provider-state.ts'

export interface ProviderHealth {
  readonly namespace: string
  readonly name: string
  readonly health: HealthState
  /** What happened, for a person; never holds a credential. */
  readonly message: string
}

/** What this replica says that it runs and what only it can see. */
export interface GatewayReport {
  /** Hash of the snapshot that it serves; empty before the first. */
  readonly configHash: string
  readonly problems: readonly ReplicaProblem[]
  readonly providers: readonly ProviderHealth[]
}
