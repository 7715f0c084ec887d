import type { ReplicaProblem, Snapshot } from '@fairlead/snapshot'
import type { Access } from '../access/authenticate.ts'
import type { RoutingTable } from '../routing/match-route.ts'

/**
 * One snapshot with all that can be derived from it and from the Secrets' values. Built anew for
 * every change; one call uses one from start to end.
 */
export interface Runtime extends RoutingTable {
  readonly snapshot: Snapshot
  readonly access: Access
  /** Prompt templates by the path of their own. */
  readonly promptsByPath: ReadonlyMap<string, { readonly namespace: string; readonly name: string }>
  /** Names of models that may stand in a metric: those that the configuration spells out. */
  readonly modelNames: ReadonlySet<string>
  readonly problems: readonly ReplicaProblem[]
  /** A call begins to use it. */
  acquire(): void
  /** A call has ended. */
  release(): void
  /** A newer one took its place: lets go of its connections when the last call ends. */
  retire(): void
}
