import type { KubernetesObject } from '@fairlead/kube-core'
import type { ObjectKey } from '../object-key.ts'
import type { IndexFunction } from './store.ts'

/** What a consumer wants to hear. Objects are frozen. Handlers must be quick and not throw. */
export interface InformerHandler<T extends KubernetesObject> {
  /** `initial`: it existed before this handler, or before the informer's first sync. */
  added?(object: T, event: { readonly initial: boolean }): void
  /** Old and new; the same object twice on a resync. */
  updated?(oldObject: T, newObject: T): void
  /** `stateUnknown`: the deletion itself was missed, this is the last state that was seen. */
  deleted?(object: T, event: { readonly stateUnknown: boolean }): void
}

/**
 * A local, always current copy of the objects of one kind.
 *
 * Guarantees: it never gives up on its own; every handler hears every change in order, with the
 * old object on updates; a deletion that happened while the connection was down is reported as
 * such; several changes of an object in such a gap are reported as one. Reads never wait and never
 * fail; before `synced` they answer from what has arrived.
 */
export interface Informer<T extends KubernetesObject = KubernetesObject> {
  /** Lists and watches until the signal aborts, then resolves. Call it once. */
  start(signal: AbortSignal): Promise<void>
  /** Whether the first complete list has been taken in. */
  readonly synced: boolean
  /** Resolves once synced; rejects with the signal's reason if that aborts first. */
  waitForSync(signal: AbortSignal): Promise<void>
  /** Why the last attempt to list or watch failed; undefined while it works. */
  readonly lastError: Error | undefined
  get(key: ObjectKey): T | undefined
  list(namespace?: string): readonly T[]
  addIndex(name: string, valuesOf: IndexFunction<T>): void
  byIndex(name: string, value: string): readonly T[]
  /**
   * Takes in an object as a write of ours returned it, so that reads see it before the watch brings
   * it. Handlers hear of it from the watch, in order with everything else.
   */
  remember(object: T): void
  /** Subscribes; what is here already is reported as added first. Returns how to unsubscribe. */
  onEvent(handler: InformerHandler<T>): () => void
}

/** Which part of a kind an informer holds. Everything by default. */
export interface InformerScope {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}
