import type { Logger } from '@fairlead/base'
import type { ObjectKey } from '../object-key.ts'

/** The input of a reconciler: the name of an object, never the object or the event. */
export interface Request extends ObjectKey {}

export interface Result {
  /** Reconcile again after this long, in milliseconds, even if nothing changes. */
  readonly requeueAfterMs?: number
}

export interface ReconcileContext {
  /** Aborts when the controller stops or the reconcile times out. */
  readonly signal: AbortSignal
  /** Adds the controller's name, the object and the reconcileID to every line. */
  readonly log: Logger
}

/**
 * Brings the actual state in line with the named object, whatever the actual state is now. It is
 * called for one name at a time; several changes may result in one call, and a call may come
 * without a change. A rejection means "retry with backoff", a TerminalError "do not retry".
 */
export type Reconcile = (request: Request, context: ReconcileContext) => Promise<Result | void>

/** Retrying will not help: the request is dropped until the next event. */
export class TerminalError extends Error {
  override readonly name: string = 'TerminalError'
}
