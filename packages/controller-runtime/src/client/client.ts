import type { KubernetesList, ResourceType, TypedObject } from '@fairlead/kube-core'
import type { ApplyOf } from '../apply-of.ts'
import type { CreateOf } from '../create-of.ts'
import type { DeepReadonly } from '../deep-readonly.ts'
import type { KeyOf, NamespaceOf } from '../object-key.ts'
import type { SubresourceForm } from './subresource-form.ts'

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
  /** Page size; fetch the next page with `continue` of the result's metadata. */
  readonly limit?: number
  readonly continue?: string
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan'
}

export interface WatchOptions {
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
  /** Events after this version; if absent, existing objects come first as ADDED events. */
  readonly resourceVersion?: string
  /** Asks for BOOKMARK events, which carry only a newer version. */
  readonly allowWatchBookmarks?: boolean
  /**
   * A list as a stream: the objects come first as ADDED events, then a BOOKMARK with the annotation
   * `k8s.io/initial-events-end`. Needs bookmarks and `resourceVersionMatch`; older servers refuse it.
   */
  readonly sendInitialEvents?: boolean
  readonly resourceVersionMatch?: 'NotOlderThan'
  /** The server ends the watch after this long. */
  readonly timeoutSeconds?: number
  readonly signal?: AbortSignal
  /** Called whenever bytes arrive, including the response headers. */
  readonly onActivity?: () => void
}

/** One event of a watch. The object of an ERROR is a Status. */
export interface WatchEvent<T extends TypedObject = TypedObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR'
  readonly object: T
}

export interface WriteOptions extends CallOptions {
  /** The field manager of the write. Defaults to the client's field manager. */
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

/** What became of an object that was to be deleted. */
export interface Deletion {
  readonly uid?: string
  /** The object, as long as finalizers or its grace period keep it; undefined if it is gone. */
  readonly remaining?: TypedObject
}

/** Which objects of a kind are deleted, and how. */
export interface DeleteAllOfOptions extends Omit<DeleteOptions, 'preconditions'> {
  /** Only this namespace; kinds in namespaces need it. */
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

/** A subresource that is read as it comes, such as a log. */
export interface StreamOptions extends CallOptions {
  /** Ends the stream, also after it has begun. */
  readonly signal?: AbortSignal
  /** How long to wait for the answer to begin. Defaults to the client's timeout, 30 s. */
  readonly timeoutMs?: number
  readonly query?: Query
}

/** A subresource that is spoken with through a WebSocket, such as exec. */
export interface ConnectOptions extends StreamOptions {
  /** The subprotocols that the caller speaks, the preferred first. */
  readonly protocols: readonly string[]
}

/** Parameters of a request; a list is sent as the same parameter several times. */
export type Query = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
>

/** A WebSocket to a subresource. */
export interface Connection {
  /** The subprotocol that the server chose. */
  readonly protocol: string
  /**
   * What the server sends, to be iterated once; leaving the iteration ends the connection. What is not
   * read is not buffered. Ends when the server closes normally, and throws WebSocketError otherwise.
   */
  messages(): AsyncIterable<Uint8Array>
  /** Sends one message; resolves when the connection takes more. */
  send(message: Uint8Array): Promise<void>
  close(): void
}

/** A change to an object. Custom resources accept `json` and `merge`, not `strategic`. */
export interface Patch {
  readonly type: 'json' | 'merge' | 'strategic'
  readonly body: unknown
}

/** Reads, always served by the API server. A missing object is a StatusError: `isNotFound`. */
export interface Reader {
  /** Whether `watch` passes `sendInitialEvents` on to a server, which may refuse it. */
  readonly streamsLists?: boolean
  get<T extends TypedObject>(
    type: ResourceType<T>,
    key: KeyOf<NoInfer<T>>,
    options?: CallOptions,
  ): Promise<T>
  list<T extends TypedObject>(
    type: ResourceType<T>,
    options?: ListOptions & NamespaceOf<NoInfer<T>>,
  ): Promise<KubernetesList<T>>
  /**
   * One raw watch request: ends when the server or the network ends it. Most callers want an
   * Informer instead. Throws StatusError (also 410), ConnectionError, WatchStreamError.
   */
  watch<T extends TypedObject>(
    type: ResourceType<T>,
    options?: WatchOptions & NamespaceOf<NoInfer<T>>,
  ): AsyncIterable<WatchEvent<T>>
}

/** Writes to objects or to one of their subresources; each resolves with the object as stored. */
export interface SubresourceWriter {
  update<T extends TypedObject>(
    type: ResourceType<T>,
    object: DeepReadonly<NoInfer<T>>,
    options?: WriteOptions,
  ): Promise<T>
  patch<T extends TypedObject>(
    type: ResourceType<T>,
    key: KeyOf<NoInfer<T>>,
    patch: Patch,
    options?: WriteOptions,
  ): Promise<T>
  /** Server-side apply, the preferred verb: needs no prior read, owns only the fields it names. */
  apply<T extends TypedObject>(
    type: ResourceType<T>,
    object: ApplyOf<NoInfer<T>>,
    options: ApplyOptions,
  ): Promise<T>
}

/**
 * Calls to one subresource of objects. Its form is the object's own, as of `approval`, `resize` and
 * `ephemeralcontainers`, or one of its own: a Scale, an Eviction, a TokenRequest, a Binding.
 */
export interface SubresourceClient<Name extends string = string> {
  get<T extends TypedObject>(
    type: ResourceType<T>,
    key: KeyOf<NoInfer<T>>,
    options?: CallOptions,
  ): Promise<SubresourceForm<T, Name>>
  create<T extends TypedObject>(
    type: ResourceType<T>,
    key: KeyOf<NoInfer<T>>,
    object: CreateOf<SubresourceForm<NoInfer<T>, Name>>,
    options?: WriteOptions,
  ): Promise<SubresourceForm<T, Name>>
  update<T extends TypedObject>(
    type: ResourceType<T>,
    key: KeyOf<NoInfer<T>>,
    object: DeepReadonly<SubresourceForm<NoInfer<T>, Name>>,
    options?: WriteOptions,
  ): Promise<SubresourceForm<T, Name>>
  patch<T extends TypedObject>(
    type: ResourceType<T>,
    key: KeyOf<NoInfer<T>>,
    patch: Patch,
    options?: WriteOptions,
  ): Promise<SubresourceForm<T, Name>>
  apply<T extends TypedObject>(
    type: ResourceType<T>,
    key: KeyOf<NoInfer<T>>,
    object: ApplyOf<SubresourceForm<NoInfer<T>, Name>>,
    options: ApplyOptions,
  ): Promise<SubresourceForm<T, Name>>
  /** The bytes of the answer as they come, to be iterated once; leaving the iteration ends it. */
  stream<T extends TypedObject>(
    type: ResourceType<T>,
    key: KeyOf<NoInfer<T>>,
    options?: StreamOptions,
  ): Promise<AsyncIterable<Uint8Array>>
  /** Opens a WebSocket. It counts as a write: what is done through it changes things. */
  connect<T extends TypedObject>(
    type: ResourceType<T>,
    key: KeyOf<NoInfer<T>>,
    options: ConnectOptions,
  ): Promise<Connection>
}

/**
 * A Kubernetes API client over plain JSON: timestamps stay strings, and unknown fields are
 * kept. Throws StatusError when the server refuses, ConnectionError when it cannot be reached and
 * DeadlineError when a call takes too long.
 */
export interface Client extends Reader, SubresourceWriter {
  create<T extends TypedObject>(
    type: ResourceType<T>,
    object: CreateOf<NoInfer<T>>,
    options?: WriteOptions,
  ): Promise<T>
  delete<T extends TypedObject>(
    type: ResourceType<T>,
    key: KeyOf<NoInfer<T>>,
    options?: DeleteOptions,
  ): Promise<Deletion | undefined | void>
  /** Deletes the objects of a kind that the selectors match, in one namespace: all without any. */
  deleteAllOf(type: ResourceType, options?: DeleteAllOfOptions): Promise<void>
  /** Writes the status subresource; the server ignores everything outside `status`. */
  readonly status: SubresourceWriter
  /** Reads and writes a subresource by its name, such as `scale`. */
  subresource<Name extends string>(name: Name): SubresourceClient<Name>
}
