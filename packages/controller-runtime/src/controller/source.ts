import type { ResourceType, TypedObject } from '@fairlead/kube-core'
import type { DeepReadonly } from '../deep-readonly.ts'
import type { Cache, InformerLease } from '../cache/cache.ts'
import { keyOf, keyText } from '../object-key.ts'
import type { Enqueuer } from '../queue/work-queue.ts'
import type { EventDelivery } from './event-delivery.ts'
import type { EventHandler } from './event-handler.ts'
import { describeChange } from './hot-loops.ts'
import type { HotLoops } from './hot-loops.ts'
import type { OwnChanges } from './own-changes.ts'
import type { Predicate } from './predicate.ts'
import type { Request } from './reconcile.ts'

/** What a source is given while its controller runs. */
export interface SourceContext {
  readonly queue: Enqueuer<Request>
  readonly cache: Cache
  /** The priority of what exists at the start, and of resyncs. Defaults to -100. */
  readonly lowPriority?: number
  /** Calls predicates and handlers, again if they throw. */
  readonly delivery?: Pick<EventDelivery, 'deliver'>
  /** Leaves out requests that their own reconciles caused. */
  readonly ownChanges?: Pick<OwnChanges, 'queueFor'>
  /** Knows the names for which the changes of updates are worth telling. */
  readonly hotLoops?: Pick<HotLoops, 'isWarm'>
}

const lowPriorityDefault = -100

/** Something that enqueues requests: a watched kind, or anything outside Kubernetes. */
export interface Source {
  /** Names the source in messages, for example when it does not sync. */
  readonly name: string
  /**
   * Starts to enqueue and resolves when everything that already exists has been enqueued. It stops
   * by itself when the signal aborts.
   */
  start(context: SourceContext, signal: AbortSignal): Promise<void>
}

/** The objects of a kind, watched through the manager's cache. */
export function kindSource<T extends TypedObject>(
  type: ResourceType<T>,
  handler: EventHandler<DeepReadonly<NoInfer<T>>>,
  predicates: readonly Predicate<DeepReadonly<NoInfer<T>>>[] = [],
): Source {
  return {
    name: type.kind,
    async start(context, signal) {
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
    },
  }
}

const deliverOnce: Pick<EventDelivery, 'deliver'> = { deliver: (_what, event) => event() }

function subscribe<T extends TypedObject>(
  lease: InformerLease<T>,
  handler: EventHandler<T>,
  predicates: readonly Predicate<T>[],
  context: SourceContext,
): () => void {
  const { queue, delivery = deliverOnce, lowPriority = lowPriorityDefault } = context
  const yielding = withPriority(queue, lowPriority)
  return lease.informer.onEvent({
    added(object, { initial }) {
      const event = { object, isInInitialList: initial }
      delivery.deliver(`create ${nameOf(object)}`, () => {
        if (!predicates.every((one) => one.create?.(event) ?? true)) return
        handler.create(event, initial ? yielding : queue)
      })
    },
    updated(oldObject, newObject, { manager } = {}) {
      const event = { oldObject, newObject }
      const isResync = oldObject.metadata.resourceVersion === newObject.metadata.resourceVersion
      const target = isResync ? yielding : queueOfUpdate(context, oldObject, newObject, manager)
      delivery.deliver(`update ${nameOf(newObject)}`, () => {
        if (!predicates.every((one) => one.update?.(event) ?? true)) return
        handler.update(event, target)
      })
    },
    deleted(object, { stateUnknown }) {
      const event = { object, deleteStateUnknown: stateUnknown }
      delivery.deliver(`delete ${nameOf(object)}`, () => {
        if (predicates.every((one) => one.delete?.(event) ?? true)) handler.delete(event, queue)
      })
    },
  })
}

function queueOfUpdate(
  { queue, ownChanges, hotLoops }: SourceContext,
  before: TypedObject,
  after: TypedObject,
  manager: string | undefined,
): Enqueuer<Request> {
  const telling: Enqueuer<Request> = {
    add(request, options = {}) {
      const isWarm = options.reason !== undefined && hotLoops?.isWarm(keyText(request)) === true
      if (!isWarm) return queue.add(request, options)
      const reason = `${options.reason}: ${describeChange(before, after, manager)}`
      queue.add(request, { ...options, reason })
    },
  }
  return ownChanges?.queueFor(before, after, telling) ?? telling
}

function nameOf(object: TypedObject): string {
  return `${object.kind} ${keyText(keyOf(object))}`
}

/** The queue, in which whatever is added without a priority has this one. */
function withPriority(queue: Enqueuer<Request>, priority: number): Enqueuer<Request> {
  return { add: (request, options) => queue.add(request, { priority, ...options }) }
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
    this.#pending.set(keyText(request), request)
  }

  start({ queue }: SourceContext, signal: AbortSignal): Promise<void> {
    this.#queue = queue
    signal.addEventListener('abort', () => (this.#queue = undefined), { once: true })
    for (const request of this.#pending.values()) this.send(request)
    this.#pending.clear()
    return Promise.resolve()
  }
}
