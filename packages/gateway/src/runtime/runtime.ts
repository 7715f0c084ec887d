import type { ReplicaProblem, Snapshot } from '@fairlead/snapshot'
import type { Access } from '../access/authenticate.ts'
import type { Cors } from '../listener/cors.ts'
import type { RoutingTable } from '../routing/match-route.ts'
import type { KnownCallers } from './known-callers.ts'
import type { ModelNames } from './model-names.ts'

/**
 * One snapshot with everything derived from it and from the values of Secrets. Another on every
 * change; a call uses one from start to end.
 */
export interface Runtime extends RoutingTable {
  readonly snapshot: Snapshot
  readonly access: Access
  /** Undefined: no page of another origin may call. */
  readonly cors: Cors | undefined
  /** PromptTemplates by the extra path that they are served at. */
  readonly promptsByPath: ReadonlyMap<string, { readonly namespace: string; readonly name: string }>
  /** The model names that may be metric labels: those spelled out in the configuration. */
  readonly modelNames: ModelNames
  /** The callers and groups that may be metric labels. */
  readonly knownCallers: KnownCallers
  readonly problems: readonly ReplicaProblem[]
  /** Whether it has been let go, with its connections: no call may use it any more. */
  isReleased(): boolean
  /** A call starts to use it. */
  acquire(): void
  /** A call has ended. */
  release(): void
  /** A newer one has replaced it: releases its connections when the last call ends. */
  retire(): void
}
