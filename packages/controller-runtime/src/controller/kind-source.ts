import type { ResourceType, TypedObject } from '@fairlead/kube-core'
import type { Cache } from '../cache/cache.ts'
import { type ClusterSelector, isSelected } from '../cluster/clusters.ts'
import type { DeepReadonly } from '../deep-readonly.ts'
import type { Enqueuer } from '../queue/work-queue.ts'
import type { EventHandler } from './event-handler.ts'
import { subscribe } from './event-subscription.ts'
import type { Predicate } from './predicate.ts'
import type { Request } from './reconcile.ts'
import type { Source } from './source.ts'
import type { SourceContext } from './source-context.ts'

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

/** Begins to watch in the cluster of the context and resolves when its copy has synced. */
type Watch<R extends object> = (context: SourceContext<R>, signal: AbortSignal) => Promise<void>

/** The objects of a kind, watched through the manager's cache, or those of other clusters. */
export function kindSource<T extends TypedObject, R extends object = Request>(
  type: ResourceType<T>,
  handler: EventHandler<DeepReadonly<NoInfer<T>>, R>,
  predicates: readonly Predicate<DeepReadonly<NoInfer<T>>>[] = [],
  options: KindSourceOptions = {},
): Source<R> {
  const { cluster, cache } = options
  if (cluster !== undefined && cache !== undefined) {
    throw new Error('a source watches in one cache or in the selected clusters, not both')
  }
  const watch: Watch<R> = (context, signal) =>
    watchKind(type, inCluster(handler, context), predicates, context, signal)
  return {
    name: type.kind,
    watched: cluster === undefined ? { type } : { type, cluster },
    async start(context, signal) {
      if (cluster !== undefined) return inClusters(cluster, context, signal, watch)
      await watch(cache === undefined ? context : { ...context, cache }, signal)
    },
  }
}

async function watchKind<T extends TypedObject, R extends object>(
  type: ResourceType<T>,
  handler: EventHandler<DeepReadonly<T>, R>,
  predicates: readonly Predicate<DeepReadonly<T>>[],
  context: SourceContext<R>,
  signal: AbortSignal,
): Promise<void> {
  const lease = context.cache.acquire(type)
  const unsubscribe = subscribe(lease.informer, handler, predicates, context, signal)
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
async function inClusters<R extends object>(
  selector: ClusterSelector,
  context: SourceContext<R>,
  signal: AbortSignal,
  watch: Watch<R>,
): Promise<void> {
  const syncs: Promise<void>[] = []
  if (isSelected('', selector)) syncs.push(watch(context, signal))
  context.clusters?.engage(
    selector,
    ({ name = '', cache }, removed) => {
      const scope = AbortSignal.any([signal, removed])
      // Who waits for it has a deadline; a cluster that was removed is not waited for.
      const synced = watch({ ...context, cache, cluster: name }, scope).catch((error: unknown) => {
        if (!scope.aborted) throw error
      })
      if (context.clusters?.isRequired(name) === true) syncs.push(synced)
    },
    signal,
  )
  await Promise.all(syncs)
}

/** The handler, with the name of the cluster in requests that are names and name none. */
function inCluster<T extends TypedObject, R extends object>(
  handler: EventHandler<T, R>,
  { cluster = '', keyOf }: SourceContext<R>,
): EventHandler<T, R> {
  if (cluster === '' || keyOf !== undefined) return handler
  const named = (queue: Enqueuer<R>): Enqueuer<R> => ({
    add: (request, options) =>
      queue.add(withCluster(request as unknown as Request, cluster) as unknown as R, options),
  })
  return {
    create: (event, queue, context) => handler.create(event, named(queue), context),
    update: (event, queue, context) => handler.update(event, named(queue), context),
    delete: (event, queue, context) => handler.delete(event, named(queue), context),
  }
}

/** `cluster: ''` is the manager's own, which is named by no name. */
function withCluster(request: Request, cluster: string): Request {
  if (request.cluster === undefined) return { ...request, cluster }
  if (request.cluster !== '') return request
  const { cluster: _own, ...name } = request
  return name
}
