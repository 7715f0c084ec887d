import type { Clock, Logger } from '@fairlead/base'
import type { TypedObject } from '@fairlead/kube-core'
import type { Cache } from '../cache/cache.ts'
import type { Clusters } from '../cluster/clusters.ts'
import type { TimeShare } from '../explain/time-share.ts'
import type { AddOptions, Enqueuer } from '../queue/work-queue.ts'
import type { EventDelivery } from './event-delivery.ts'
import type { LaneDelivery } from './event-lane.ts'
import { type Request, requestKey } from './reconcile.ts'

/** What a source is given while its controller runs. */
export interface SourceContext<R extends object = Request> {
  readonly clock: Clock
  /** Adds the controller's name to every line. */
  readonly logger?: Logger
  readonly queue: Enqueuer<R>
  readonly cache: Cache
  /** The name of the cluster that the cache is of; empty, which is the default, for the manager's own. */
  readonly cluster?: string
  /** Two requests with the same key are the same. Defaults to `requestKey`. */
  readonly keyOf?: (request: R) => string
  /** The clusters beside that of the cache. */
  readonly clusters?: Pick<Clusters, 'engage' | 'isRequired'>
  /** The priority of what exists at the start, and of resyncs. Defaults to -100. */
  readonly lowPriority?: number
  /** Calls predicates and handlers, again if they throw. */
  readonly delivery?: LaneDelivery & Pick<EventDelivery, 'deliver'>
  /** Leaves out requests that their own reconciles caused. */
  readonly ownChanges?: {
    add(request: R, before: TypedObject, after: TypedObject, options?: AddOptions): void
  }
  /** Limits the time that it takes to tell which fields an update changed. */
  readonly comparing?: Pick<TimeShare, 'spend'>
}

/** The key of a request of the controller. */
export function keyOfRequest<R extends object>(
  { keyOf }: Pick<SourceContext<R>, 'keyOf'>,
  request: R,
): string {
  // Without a `keyOf`, the requests are names.
  return keyOf === undefined ? requestKey(request as unknown as Request) : keyOf(request)
}
