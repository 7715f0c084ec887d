import type { Logger } from '@fairlead/base'
import type { TypedObject } from '@fairlead/kube-core'
import { type KeyOf, keyText, type ObjectKey } from '../object-key.ts'

/** What a reconciler is given: the name of an object, never the object or its event. */
export interface Request extends ObjectKey {
  /** The cluster that has the object, if that is not the manager's own: see `getCluster`. */
  readonly cluster?: string
}

/** A request for an object of that kind. */
export type RequestOf<T extends TypedObject> = KeyOf<T> & Pick<Request, 'cluster'>

/** `namespace/name`, after `cluster://name/` if it is in another cluster than the manager's own. */
export function requestKey(request: Request): string {
  const key = keyText(request)
  const { cluster = '' } = request
  return cluster === '' ? key : `cluster://${cluster}/${key}`
}

export interface Result {
  /** Reconcile again after this long, in milliseconds, even if nothing changes. */
  readonly requeueAfterMs?: number
  /** The priority of that next call. Defaults to the priority of this one. */
  readonly priority?: number
}

export interface ReconcileContext {
  /** Aborts when the controller stops or the reconcile times out: pass it on to every call. */
  readonly signal: AbortSignal
  /** Adds the controller's name, the object and the reconcileID to every line. */
  readonly log: Logger
}

/**
 * Brings the actual state to what the named object asks for, whatever the actual state is. It is
 * never called concurrently for one name; several changes may cause a single call, and a call may
 * come without a change. A rejection is retried with backoff, a TerminalError is not retried.
 */
export type Reconcile<K extends object = Request> = (
  request: K,
  context: ReconcileContext,
) => Promise<Result | void>

/** Retrying will not help: the request is dropped until the next event. */
export class TerminalError extends Error {
  override readonly name: string = 'TerminalError'
}
