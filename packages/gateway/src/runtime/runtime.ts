import type { PromptTemplateSettings, ReplicaProblem, Snapshot } from '@fairlead/snapshot'
import type { Caller } from './caller.ts'
import type { KeyIndex } from './key-index.ts'
import type { ProviderRuntime } from './provider-runtime.ts'
import type { RouteIndex } from './route-index.ts'

/**
 * One snapshot with all that can be derived from it and from the Secrets' values. Built anew for
 * every change; one call uses one from start to end.
 */
export interface Runtime {
  readonly snapshot: Snapshot
  readonly keys: KeyIndex
  readonly anonymous: Caller
  readonly routes: RouteIndex
  /** By `namespace/name`. */
  readonly providers: ReadonlyMap<string, ProviderRuntime>
  /** The gateway's default providers, in the order in which they are tried. */
  readonly defaultProviders: readonly ProviderRuntime[]
  /** Prompt templates by the path of their own. */
  readonly promptsByPath: ReadonlyMap<string, PromptTemplateSettings>
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
