import type { Logger } from '@fairlead/base'
import type { ObjectKey } from '../object-key.ts'

/** What a reconciler is given: the name of an object, never the object or what happened to it. */
export interface Request extends ObjectKey {}

export interface Result {
  /** Reconcile again after this long, in milliseconds, even if nothing changes. */
  readonly requeueAfterMs?: number
}

export interface ReconcileContext {
  /** Aborts when the controller stops or the reconcile timeout is over. */
  readonly signal: AbortSignal
  /** Adds the controller's name, the object and the reconcileID to every line. */
  readonly log: Logger
}

/**
 * Makes the world look as the named object asks, whatever the world looks like now. It is called
 * for one name at a time; several changes may come as one call, and a call may come for no change.
 * A rejection means "again later, with backoff", a TerminalError means "not again by itself".
 */
export type Reconcile = (request: Request, context: ReconcileContext) => Promise<Result | void>

/** Trying again will not help: the request is dropped until the next event. */
export class TerminalError extends Error {
  override readonly name: string = 'TerminalError'
}
