import type { WatchedKind } from './controller-description.ts'
import type { Request } from './reconcile.ts'
import type { SourceContext } from './source-context.ts'

/** Something that enqueues requests: a watched kind, or anything outside Kubernetes. */
export interface Source<R extends object = Request> {
  /** Names the source in messages, for example when it does not sync. */
  readonly name: string
  /** The kind that it watches, if it watches one: see `Manager.controllers`. */
  readonly watched?: WatchedKind
  /**
   * Starts to enqueue and resolves when everything that already exists has been enqueued. It stops
   * by itself when the signal aborts.
   */
  start(context: SourceContext<R>, signal: AbortSignal): Promise<void>
}
