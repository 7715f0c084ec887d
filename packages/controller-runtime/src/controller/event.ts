import type { TypedObject } from '@fairlead/kube-core'
import type { Cache } from '../cache/cache.ts'

export interface CreateEvent<T extends TypedObject = TypedObject> {
  readonly object: T
  /** It existed before the controller started. */
  readonly isInInitialList: boolean
}

export interface UpdateEvent<T extends TypedObject = TypedObject> {
  readonly oldObject: T
  readonly newObject: T
}

export interface DeleteEvent<T extends TypedObject = TypedObject> {
  readonly object: T
  /** The deletion itself was missed; `object` is the last known state. */
  readonly deleteStateUnknown: boolean
}

/** Something from outside the API server that concerns an object: see `ObjectSource`. */
export interface GenericEvent<T extends TypedObject = TypedObject> {
  readonly object: T
}

/** What the handler of an event is given beside the event and the queue. */
export interface EventContext {
  /** That of the cluster in which the event happened. */
  readonly cache: Cache
  /** The name of that cluster; empty for the manager's own. */
  readonly cluster: string
  /** Aborts when the controller stops, and 30 s after the event: pass it on to every call. */
  readonly signal: AbortSignal
}
