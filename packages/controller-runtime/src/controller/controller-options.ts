import type { Logger } from '@fairlead/base'
import type { ResourceType } from '@fairlead/kube-core'
import type { RateLimiter } from '../queue/rate-limiter.ts'
import type { Queue, WorkQueueOptions } from '../queue/work-queue.ts'
import type { Request } from './reconcile.ts'

export interface ControllerOptions {
  /** How many names are reconciled concurrently. Defaults to 1. */
  readonly maxConcurrentReconciles?: number
  /**
   * Aborts a reconcile that takes longer. If it goes on nevertheless, it is abandoned: its name
   * stays locked until it ends, and its worker takes the next. No limit by default.
   */
  readonly reconcileTimeoutMs?: number
  /** How many reconciles may be abandoned at once; then workers wait for theirs. Defaults to 100. */
  readonly maxAbandonedReconciles?: number
  /** How long the first sync of the sources may take. Defaults to 2 min. */
  readonly cacheSyncTimeoutMs?: number
  /** Defaults to 5 ms doubling to 1000 s per object. */
  readonly rateLimiter?: RateLimiter
  /**
   * The priority of objects that exist at the start, and of resyncs. Defaults to -100, so that live
   * changes overtake them; 0 treats all alike.
   */
  readonly lowPriority?: number
  /**
   * Whether a reconcile is called again because of a status that it wrote itself. Defaults to false;
   * true as in Go, where such a write leads to one more call.
   */
  readonly reconcileOwnStatusWrites?: boolean
  /**
   * Makes the queue, instead of `new WorkQueue(options)`. Of a controller with requests of its own
   * type it holds those; the same is true of `logger`.
   */
  readonly newQueue?: (options: WorkQueueOptions<Request>) => Queue<Request>
  /**
   * Makes the logger of a reconcile from the one that it would have, which names the controller, the
   * object and the reconcileID. If it throws, that is logged, and the reconcile has that one.
   */
  readonly logger?: (request: Request, base: Logger) => Logger
  /** Runs only on the leader. Defaults to true; has no effect without leader election. */
  readonly needLeaderElection?: boolean
  /**
   * Starts the sources on replicas that do not lead, too, so that the queue is full when one is
   * elected, and reconciles start at once. Defaults to false; has no effect without leader election.
   */
  readonly enableWarmup?: boolean
}

/** What controllers have in common that do not say otherwise. A rate limiter is never shared. */
export interface ControllerDefaults extends Omit<ControllerOptions, 'rateLimiter'> {
  /** `maxConcurrentReconciles` by the kind of `for`: `Deployment.apps`, `Pod`. */
  readonly groupKindConcurrency?: Readonly<Record<string, number>>
  /** Makes the rate limiter of each controller. */
  readonly newRateLimiter?: () => RateLimiter
}

/** The options of a controller for the kind: its own first, then those of its manager. */
export function withDefaults(
  own: ControllerOptions,
  { groupKindConcurrency = {}, newRateLimiter, ...defaults }: ControllerDefaults,
  type: ResourceType | undefined,
): ControllerOptions {
  const concurrency = type === undefined ? undefined : groupKindConcurrency[groupKindOf(type)]
  const options = {
    ...defaults,
    ...(concurrency === undefined ? {} : { maxConcurrentReconciles: concurrency }),
    ...own,
  }
  if (options.rateLimiter !== undefined || newRateLimiter === undefined) return options
  return { ...options, rateLimiter: newRateLimiter() }
}

function groupKindOf({ kind, group }: ResourceType): string {
  return group === '' ? kind : `${kind}.${group}`
}
