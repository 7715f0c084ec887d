import type { Clock, Logger } from '@fairlead/base'
import type { ResourceType, TypedObject } from '@fairlead/kube-core'
import type { DeepReadonly } from '../deep-readonly.ts'
import type { Cache, InformerLease } from '../cache/cache.ts'
import type { TimeShare } from '../explain/time-share.ts'
import type { Enqueuer } from '../queue/work-queue.ts'
import type { WatchedKind } from './controller-description.ts'
import type { EventDelivery } from './event-delivery.ts'
import { EventQueue, type QueuedEvent } from './event-queue.ts'
import type { EventHandler } from './event-handler.ts'
import { type ClusterSelector, type Clusters, isSelected } from '../cluster/clusters.ts'
import type { OwnChanges } from './own-changes.ts'
import type { Predicate } from './predicate.ts'
import { type Request, requestKey } from './reconcile.ts'

/** What a source is given while its controller runs. */
export interface SourceContext {
  readonly clock: Clock
  /** Adds the controller's name to every line. */
  readonly logger?: Logger
  readonly queue: Enqueuer<Request>
  readonly cache: Cache
  /** The clusters beside that of the cache. */
  readonly clusters?: Pick<Clusters, 'engage' | 'isRequired'>
  /** The priority of what exists at the start, and of resyncs. Defaults to -100. */
  readonly lowPriority?: number
  /** Calls predicates and handlers, again if they throw. */
  readonly delivery?: Pick<EventDelivery, 'deliver'>
  /** Leaves out requests that their own reconciles caused. */
  readonly ownChanges?: Pick<OwnChanges, 'add'>
  /** Limits the time that it takes to tell which fields an update changed. */
  readonly comparing?: Pick<TimeShare, 'spend'>
}

const lowPriorityDefault = -100

/** Something that enqueues requests: a watched kind, or anything outside Kubernetes. */
export interface Source {
  /** Names the source in messages, for example when it does not sync. */
  readonly name: string
  /** The kind that it watches, if it watches one: see `Manager.controllers`. */
  readonly watched?: WatchedKind
  /**
   * Starts to enqueue and resolves when everything that already exists has been enqueued. It stops
   * by itself when the signal aborts.
   */
  start(context: SourceContext, signal: AbortSignal): Promise<void>
}

export interface KindSourceOptions {
  /**
   * The clusters in which the kind is watched, those too that are added later, each until it is
   * removed: by default the manager's own. Requests for the others name their cluster, unless the
   * handler has set one; `cluster: ''` is the manager's own.
   */
  readonly cluster?: ClusterSelector
  /** Instead: this cache. Requests are as the handler makes them. */
  readonly cache?: Cache
}

/** Begins to watch in the cluster of that name and resolves when its copy has synced. */
type Watch = (context: SourceContext, signal: AbortSignal, cluster?: string) => Promise<void>

/** The objects of a kind, watched through the manager's cache, or those of other clusters. */
export function kindSource<T extends TypedObject>(
  type: ResourceType<T>,
  handler: EventHandler<DeepReadonly<NoInfer<T>>>,
  predicates: readonly Predicate<DeepReadonly<NoInfer<T>>>[] = [],
  options: KindSourceOptions = {},
): Source {
  const { cluster, cache } = options
  if (cluster !== undefined && cache !== undefined) {
    throw new Error('a source watches in one cache or in the selected clusters, not both')
  }
  const watch: Watch = (context, signal, name = '') =>
    watchKind(type, name === '' ? handler : inCluster(name, handler), predicates, context, signal)
  return {
    name: type.kind,
    watched: cluster === undefined ? { type } : { type, cluster },
    async start(context, signal) {
      if (cluster !== undefined) return inClusters(cluster, context, signal, watch)
      await watch(cache === undefined ? context : { ...context, cache }, signal)
    },
  }
}

async function watchKind<T extends TypedObject>(
  type: ResourceType<T>,
  handler: EventHandler<DeepReadonly<T>>,
  predicates: readonly Predicate<DeepReadonly<T>>[],
  context: SourceContext,
  signal: AbortSignal,
): Promise<void> {
  const lease = context.cache.acquire(type)
  const unsubscribe = subscribe(lease, handler, predicates, context)
  signal.addEventListener(
    'abort',
    () => {
      unsubscribe()
      lease.release()
    },
    { once: true },
  )
  await lease.informer.waitForSync(signal)
}

/** Watches in each selected cluster; resolves when those have synced that are there and required. */
async function inClusters(
  selector: ClusterSelector,
  context: SourceContext,
  signal: AbortSignal,
  watch: Watch,
): Promise<void> {
  const syncs: Promise<void>[] = []
  if (isSelected('', selector)) syncs.push(watch(context, signal))
  context.clusters?.engage(
    selector,
    ({ name = '', cache }, removed) => {
      const scope = AbortSignal.any([signal, removed])
      // Who waits for it has a deadline; a cluster that was removed is not waited for.
      const synced = watch({ ...context, cache }, scope, name).catch((error: unknown) => {
        if (!scope.aborted) throw error
      })
      if (context.clusters?.isRequired(name) === true) syncs.push(synced)
    },
    signal,
  )
  await Promise.all(syncs)
}

/** The handler, with the name of the cluster in requests that name none. */
function inCluster<T extends TypedObject>(name: string, handler: EventHandler<T>): EventHandler<T> {
  const named = (queue: Enqueuer<Request>): Enqueuer<Request> => ({
    add: ({ cluster = name, ...request }, options) =>
      queue.add(cluster === '' ? request : { cluster, ...request }, options),
  })
  return {
    create: (event, queue) => handler.create(event, named(queue)),
    update: (event, queue) => handler.update(event, named(queue)),
    delete: (event, queue) => handler.delete(event, named(queue)),
  }
}

const deliverOnce: Pick<EventDelivery, 'deliver'> = { deliver: (_event, tell) => tell() }

function subscribe<T extends TypedObject>(
  lease: InformerLease<T>,
  handler: EventHandler<T>,
  predicates: readonly Predicate<T>[],
  context: SourceContext,
): () => void {
  const { delivery = deliverOnce, lowPriority = lowPriorityDefault } = context
  return lease.informer.onEvent({
    added(object, { initial }) {
      const event = { object, isInInitialList: initial }
      const queued: QueuedEvent = {
        verb: 'create',
        object,
        before: undefined,
        fieldManager: undefined,
        priority: initial ? lowPriority : undefined,
      }
      const queue = new EventQueue(context, queued)
      delivery.deliver(queued, () => {
        if (!predicates.every((one) => one.create?.(event) ?? true)) return
        handler.create(event, queue)
      })
    },
    updated(oldObject, newObject, { manager } = {}) {
      const event = { oldObject, newObject }
      const isResync = oldObject.metadata.resourceVersion === newObject.metadata.resourceVersion
      const queued: QueuedEvent = {
        verb: 'update',
        object: newObject,
        before: oldObject,
        fieldManager: manager,
        priority: isResync ? lowPriority : undefined,
      }
      const queue = new EventQueue(context, queued)
      delivery.deliver(queued, () => {
        if (!predicates.every((one) => one.update?.(event) ?? true)) return
        handler.update(event, queue)
      })
    },
    deleted(object, { stateUnknown }) {
      const event = { object, deleteStateUnknown: stateUnknown }
      const queued: QueuedEvent = {
        verb: 'delete',
        object,
        before: undefined,
        fieldManager: undefined,
        priority: undefined,
      }
      const queue = new EventQueue(context, queued)
      delivery.deliver(queued, () => {
        if (predicates.every((one) => one.delete?.(event) ?? true)) handler.delete(event, queue)
      })
    },
  })
}

/** The limit of distinct requests that wait for a controller to start. */
const pendingLimit = 1024

/**
 * Requests from outside Kubernetes: a timer, a webhook, a message. Requests sent before the
 * controller runs are kept, one per name.
 */
export class ChannelSource implements Source {
  readonly name: string
  readonly #pending = new Map<string, Request>()
  #queue: Enqueuer<Request> | undefined

  constructor(name: string) {
    this.name = name
  }

  /** Enqueues the request. Throws if 1024 others already wait for the controller to start. */
  send(request: Request): void {
    if (this.#queue !== undefined) {
      this.#queue.add(request, { reason: `sent by ${this.name}` })
      return
    }
    if (this.#pending.size >= pendingLimit) {
      throw new Error(
        `the source ${this.name} holds ${pendingLimit} requests: start its controller`,
      )
    }
    this.#pending.set(requestKey(request), request)
  }

  start({ queue }: SourceContext, signal: AbortSignal): Promise<void> {
    this.#queue = queue
    signal.addEventListener('abort', () => (this.#queue = undefined), { once: true })
    for (const request of this.#pending.values()) this.send(request)
    this.#pending.clear()
    return Promise.resolve()
  }
}
