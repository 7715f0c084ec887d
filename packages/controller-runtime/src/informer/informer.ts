import type { TypedObject } from '@fairlead/kube-core'
import type { ObjectKey } from '../object-key.ts'
import type { IndexFunction } from './store.ts'

/**
 * Callbacks for changes. Objects are frozen. Handlers must be quick. One that throws is called again
 * with the same event, after 5 ms, 10 ms … up to 30 s, while those after it wait; when 10,000 wait, the
 * informer fails, and with it the cache and the manager.
 */
export interface InformerHandler<T extends TypedObject> {
  /** `initial`: it existed before this handler was added, or before the informer's first sync. */
  added?(object: T, event: { readonly initial: boolean }): void
  /**
   * Old and new object; the same object twice on a resync. `manager`: who wrote last, as its
   * managed fields tell.
   */
  updated?(oldObject: T, newObject: T, event?: { readonly manager?: string | undefined }): void
  /** `stateUnknown`: the deletion itself was missed, this is the last known state. */
  deleted?(object: T, event: { readonly stateUnknown: boolean }): void
}

/**
 * A local copy of the objects of one kind, kept current.
 *
 * Guarantees: it never gives up on its own; every handler receives every change in order, with
 * the old object on updates; a deletion that happened while disconnected is reported as a deletion;
 * several changes of an object in such a gap are reported as one. Reads never wait and never fail;
 * before `synced` they answer from what has arrived.
 */
export interface Informer<T extends TypedObject = TypedObject> {
  /**
   * Lists and watches until the signal aborts, then resolves; rejects when a handler keeps throwing.
   * Call it once.
   */
  start(signal: AbortSignal): Promise<void>
  /** Whether the first complete list has arrived. */
  readonly synced: boolean
  /** Resolves once synced; rejects with the signal's reason if that aborts first. */
  waitForSync(signal: AbortSignal): Promise<void>
  /** Why the last list or watch failed; undefined while it works. */
  readonly lastError: Error | undefined
  /**
   * For how many milliseconds no watch has worked, so that changes may be missing from this copy;
   * undefined while one works.
   */
  readonly failingForMs: number | undefined
  get(key: ObjectKey): T | undefined
  list(namespace?: string): readonly T[]
  addIndex(name: string, valuesOf: IndexFunction<T>): void
  byIndex(name: string, value: string, namespace?: string): readonly T[]
  /**
   * Stores an object as our own write returned it, so that reads see it before the watch delivers
   * it. Handlers are called when the watch does, in order with everything else.
   */
  remember(object: T): void
  /**
   * Hides the object with this uid, which our own write has deleted, until the watch reports it.
   * Handlers are called when the watch does.
   */
  rememberDeletion(key: ObjectKey, uid: string): void
  /** Subscribes; known objects are reported as added first. Returns the unsubscribe function. */
  onEvent(handler: InformerHandler<T>): () => void
}

/** Restricts an informer to a part of a kind. Everything by default. */
export interface InformerScope {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}
