import { isConflict } from '@fairlead/kube-core'
import { randomUUID } from 'node:crypto'
import {
  aborted,
  abortReason,
  type Clock,
  DeadlineError,
  type Logger,
  openScope,
  untilAborted,
  withFields,
} from '@fairlead/base'
import type { Cache } from '../cache/cache.ts'
import type { Runnable } from '../runnable.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { keyText } from '../object-key.ts'
import { queueMetrics } from '../queue/queue-metrics.ts'
import { ExponentialBackoff } from '../queue/rate-limiter.ts'
import type { RateLimiter } from '../queue/rate-limiter.ts'
import { WorkQueue } from '../queue/work-queue.ts'
import type { QueueLease } from '../queue/work-queue.ts'
import { TerminalError } from './reconcile.ts'
import type { Reconcile, Request, Result } from './reconcile.ts'
import type { Source } from './source.ts'

export interface ControllerOptions {
  /** How many names are reconciled concurrently. Defaults to 1. */
  readonly maxConcurrentReconciles?: number
  /** Aborts a reconcile that takes longer. No limit by default. */
  readonly reconcileTimeoutMs?: number
  /** How long the first sync of the sources may take. Defaults to 2 min. */
  readonly cacheSyncTimeoutMs?: number
  /** Defaults to 5 ms doubling to 1000 s per object. */
  readonly rateLimiter?: RateLimiter
  /** Runs only on the leader. Defaults to true; has no effect without leader election. */
  readonly needLeaderElection?: boolean
}

/** What a manager provides to its controllers. */
export interface ControllerEnvironment {
  readonly cache: Cache
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

type Outcome = 'success' | 'error' | 'requeue' | 'requeue_after'

const outcomes: readonly Outcome[] = ['success', 'error', 'requeue', 'requeue_after']
const cacheSyncTimeoutDefaultMs = 120_000

/**
 * Calls a reconciler for every name its sources enqueue: one call per name at a time, several names
 * concurrently if configured, retries with backoff. Made by ControllerBuilder, run by a Manager.
 */
export class Controller implements Runnable {
  readonly name: string
  readonly needLeaderElection: boolean
  readonly #reconcile: Reconcile
  readonly #sources: readonly Source[]
  readonly #options: ControllerOptions
  #environment: ControllerEnvironment | undefined

  constructor(
    name: string,
    sources: readonly Source[],
    reconcile: Reconcile,
    options: ControllerOptions = {},
  ) {
    this.name = name
    this.needLeaderElection = options.needLeaderElection ?? true
    this.#sources = sources
    this.#reconcile = reconcile
    this.#options = options
  }

  /** Gives it what it needs to run, and initializes its metrics so that they appear at once. */
  bind(environment: ControllerEnvironment): void {
    if (this.#environment !== undefined)
      throw new Error(`controller ${this.name} already has a manager`)
    this.#environment = environment
    const { controller } = environment.metrics
    const labels = { controller: this.name }
    for (const result of outcomes) controller.reconciles.inc({ ...labels, result }, 0)
    controller.errors.inc(labels, 0)
    controller.terminalErrors.inc(labels, 0)
    controller.panics.inc(labels, 0)
    controller.timeouts.inc(labels, 0)
    controller.duration.zero(labels)
    controller.activeWorkers.set(labels, 0)
    controller.maxConcurrent.set(labels, this.#concurrency)
  }

  /** Runs until the signal aborts and the reconciles in progress have ended. */
  async start(signal: AbortSignal): Promise<void> {
    const environment = this.#environment
    if (environment === undefined)
      throw new Error(`controller ${this.name} must be added to a manager`)
    const { clock, metrics, cache, logger } = environment
    const queue = new WorkQueue<Request>({
      clock,
      keyOf: keyText,
      rateLimiter: this.#options.rateLimiter ?? new ExponentialBackoff(),
      metrics: queueMetrics(metrics, this.name, clock),
    })
    using scope = openScope({ parents: [signal] })
    try {
      await this.#startSources({ queue, cache }, clock, scope.signal)
      logger.debug({ controller: this.name, workers: this.#concurrency }, 'controller started')
      const stopped = aborted(scope.signal).then(() => queue.shutdown())
      const workers = Array.from({ length: this.#concurrency }, () =>
        this.#work(queue, environment, scope.signal),
      )
      await Promise.all([stopped, ...workers])
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      scope.abort(new Error(`controller ${this.name} stopped`))
      queue.shutdown()
    }
  }

  get #concurrency(): number {
    return this.#options.maxConcurrentReconciles ?? 1
  }

  async #startSources(
    context: { queue: WorkQueue<Request>; cache: Cache },
    clock: Clock,
    signal: AbortSignal,
  ): Promise<void> {
    const timeoutMs = this.#options.cacheSyncTimeoutMs ?? cacheSyncTimeoutDefaultMs
    await Promise.all(
      this.#sources.map(async (source) => {
        // The deadline applies only to the wait; the source itself runs as long as the controller.
        using deadline = openScope({
          parents: [signal],
          clock,
          timeoutMs,
          what: `controller ${this.name}: the first sync of its source ${source.name}`,
        })
        await untilAborted(source.start(context, signal), deadline.signal)
      }),
    )
  }

  async #work(
    queue: WorkQueue<Request>,
    environment: ControllerEnvironment,
    signal: AbortSignal,
  ): Promise<void> {
    for (;;) {
      const lease = await queue.get()
      if (lease === undefined) return
      try {
        await this.#handle(lease, queue, environment, signal)
      } finally {
        queue.done(lease.item)
      }
    }
  }

  async #handle(
    lease: QueueLease<Request>,
    queue: WorkQueue<Request>,
    { clock, logger, metrics }: ControllerEnvironment,
    signal: AbortSignal,
  ): Promise<void> {
    const labels = { controller: this.name }
    const log = withFields(logger, {
      controller: this.name,
      object: lease.key,
      reconcileID: randomUUID(),
    })
    log.debug({ triggeredBy: lease.reasons }, 'reconciling')
    metrics.controller.activeWorkers.inc(labels)
    const startMs = clock.monotonicMs()
    try {
      const result = await this.#call(lease.item, log, clock, metrics, signal)
      this.#settle(lease, result, queue, metrics)
    } catch (error) {
      // A stop is not a failure of the object, and after the shutdown nothing is queued.
      if (!signal.aborted) this.#fail(lease, error, queue, metrics, log)
    } finally {
      metrics.controller.duration.observe(labels, (clock.monotonicMs() - startMs) / 1000)
      metrics.controller.activeWorkers.dec(labels)
    }
  }

  async #call(
    request: Request,
    log: Logger,
    clock: Clock,
    metrics: Metrics,
    signal: AbortSignal,
  ): Promise<Result> {
    using scope = openScope({
      parents: [signal],
      clock,
      timeoutMs: this.#options.reconcileTimeoutMs,
      what: `the reconcile of ${keyText(request)}`,
    })
    try {
      return (await this.#reconcile(request, { signal: scope.signal, log })) ?? {}
    } finally {
      if (scope.signal.aborted && abortReason(scope.signal) instanceof DeadlineError) {
        metrics.controller.timeouts.inc({ controller: this.name })
      }
    }
  }

  #settle(
    lease: QueueLease<Request>,
    { requeueAfterMs }: Result,
    queue: WorkQueue<Request>,
    metrics: Metrics,
  ): void {
    // The call succeeded, whenever the next one is due.
    queue.forget(lease.item)
    if (requeueAfterMs !== undefined && requeueAfterMs > 0) {
      const { priority } = lease
      queue.addAfter(lease.item, requeueAfterMs, { priority, reason: 'requeueAfter' })
      this.#count(metrics, 'requeue_after')
    } else {
      this.#count(metrics, 'success')
    }
  }

  #fail(
    lease: QueueLease<Request>,
    error: unknown,
    queue: WorkQueue<Request>,
    metrics: Metrics,
    log: Logger,
  ): void {
    const labels = { controller: this.name }
    const { priority } = lease
    if (isConflict(error)) {
      // Another writer was first and the next read is newer, so this is not counted as an error.
      queue.addRateLimited(lease.item, { priority, reason: 'conflict' })
      log.debug({ err: error }, 'the object was changed concurrently and is reconciled again')
      this.#count(metrics, 'requeue')
      return
    }
    metrics.controller.errors.inc(labels)
    this.#count(metrics, 'error')
    if (isProgrammingError(error)) metrics.controller.panics.inc(labels)
    if (error instanceof TerminalError) {
      metrics.controller.terminalErrors.inc(labels)
      log.error({ err: error }, 'reconcile failed and is not retried')
    } else {
      queue.addRateLimited(lease.item, { priority, reason: 'error' })
      const retries = queue.retries(lease.item)
      log.error({ err: error, retries }, 'reconcile failed and is retried')
    }
  }

  #count(metrics: Metrics, result: Outcome): void {
    metrics.controller.reconciles.inc({ controller: this.name, result })
  }
}

/** What Go would call a panic: a programming error, or a thrown value that is not an Error. */
function isProgrammingError(error: unknown): boolean {
  return (
    !(error instanceof Error) ||
    error instanceof TypeError ||
    error instanceof ReferenceError ||
    error instanceof RangeError
  )
}
