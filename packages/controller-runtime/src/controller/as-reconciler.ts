import type { ResourceType, TypedObject } from '@fairlead/kube-core'
import type { Cache } from '../cache/cache.ts'
import type { DeepReadonly } from '../deep-readonly.ts'
import type { Reconcile, ReconcileContext, RequestOf, Result } from './reconcile.ts'

/** What has the caches of all clusters: a Manager. */
interface CacheOwner {
  getCluster(name?: string): { readonly cache: Cache }
}

/**
 * A reconciler that is given the object itself, as the cache has it when the reconcile begins, in the
 * cluster of the request. Requests for objects that are gone do nothing: what must be done after a
 * deletion is a finalizer's work.
 *
 * ```ts
 * controllerBuilder(manager).for(Website).build(asReconciler(manager, Website, reconcileWebsite))
 * ```
 */
export function asReconciler<T extends TypedObject>(
  manager: CacheOwner,
  type: ResourceType<T>,
  reconcile: (
    object: DeepReadonly<NoInfer<T>>,
    context: ReconcileContext,
  ) => Promise<Result | void>,
): Reconcile<RequestOf<T>> {
  return async (request, context) => {
    const { cluster, ...key } = request
    const object = manager.getCluster(cluster).cache.get<T>(type, key as typeof request)
    if (object !== undefined) return reconcile(object, context)
  }
}
