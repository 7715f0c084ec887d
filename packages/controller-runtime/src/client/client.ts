import type { KubernetesList, KubernetesObject, ResourceType } from '@fairlead/kube-core'
import type { ObjectKey } from '../object-key.ts'

export interface CallOptions {
  readonly signal?: AbortSignal
  /** Timeout of the call, retries included. Defaults to the client's, 30 s. */
  readonly timeoutMs?: number
}

export interface ListOptions extends CallOptions {
  /** Only this namespace; absent means all namespaces. */
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /** Maximum number of items; continue with `continue` from the result's metadata. */
  readonly limit?: number
  readonly continue?: string
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan'
}

export interface WatchOptions {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /** Events after this version; when absent, starts with the current objects as ADDED events. */
  readonly resourceVersion?: string
  /** Asks for BOOKMARK events, which carry nothing but a newer version. */
  readonly allowWatchBookmarks?: boolean
  /** The server ends the watch after this long. */
  readonly timeoutSeconds?: number
  readonly signal?: AbortSignal
  /** Called whenever bytes arrive, including the response headers. */
  readonly onActivity?: () => void
}

/** One event of a watch. The object of an ERROR is a Status. */
export interface WatchEvent<T extends KubernetesObject = KubernetesObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: T
}

export interface WriteOptions extends CallOptions {
  /** Defaults to the client's field manager. */
  readonly fieldManager?: string
  /** Validates and responds as usual, but stores nothing. */
  readonly dryRun?: boolean
  /**
   * How the server handles unknown and duplicate fields. Defaults to the server's default, Warn.
   */
  readonly fieldValidation?: 'Ignore' | 'Warn' | 'Strict'
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string
  /** Takes ownership of fields from other managers instead of failing with a conflict. */
  readonly force?: boolean
}

export interface DeleteOptions extends CallOptions {
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground'
  /** The delete fails with a conflict if the object no longer matches. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
  readonly gracePeriodSeconds?: number
  readonly dryRun?: boolean
}

/** A change to an object. Custom resources accept `json` and `merge`, not `strategic`. */
export interface Patch {
  readonly type: 'json' | 'merge' | 'strategic'
  readonly body: unknown
}

/** The configuration for server-side apply: only the fields that the manager wants to own. */
export type Applied<T extends KubernetesObject> = Partial<T> &
  Pick<KubernetesObject, 'apiVersion' | 'kind' | 'metadata'>

/** Reads, always answered by the API server. A missing object is a StatusError: `isNotFound`. */
export interface Reader {
  get<T extends KubernetesObject>(
    type: ResourceType<T>,
    key: ObjectKey,
    options?: CallOptions,
  ): Promise<T>
  list<T extends KubernetesObject>(
    type: ResourceType<T>,
    options?: ListOptions,
  ): Promise<KubernetesList<T>>
  /**
   * One watch request: ends when the server or the network ends it. In nearly all cases an Informer
   * is the better choice. Throws StatusError (including 410), ConnectionError, WatchStreamError.
   */
  watch<T extends KubernetesObject>(
    type: ResourceType<T>,
    options?: WatchOptions,
  ): AsyncIterable<WatchEvent<T>>
}

/** Writes objects or their subresources; each call returns the stored object. */
export interface SubresourceWriter {
  update<T extends KubernetesObject>(
    type: ResourceType<T>,
    object: T,
    options?: WriteOptions,
  ): Promise<T>
  patch<T extends KubernetesObject>(
    type: ResourceType<T>,
    key: ObjectKey,
    patch: Patch,
    options?: WriteOptions,
  ): Promise<T>
  /**
   * Server-side apply: the preferred verb, it needs no prior read and owns only the given fields.
   */
  apply<T extends KubernetesObject>(
    type: ResourceType<T>,
    object: Applied<T>,
    options: ApplyOptions,
  ): Promise<T>
}

/**
 * A Kubernetes API client over plain JSON: timestamps remain strings, unknown fields are preserved.
 * Errors from the server are StatusError; an unreachable server is a ConnectionError; a timeout is
 * a DeadlineError.
 */
export interface Client extends Reader, SubresourceWriter {
  create<T extends KubernetesObject>(
    type: ResourceType<T>,
    object: T,
    options?: WriteOptions,
  ): Promise<T>
  delete(type: ResourceType, key: ObjectKey, options?: DeleteOptions): Promise<void>
  /** Writes the status subresource; the server ignores everything outside `status`. */
  readonly status: SubresourceWriter
}
