import { isConflict, type ResourceType } from '@fairlead/kube-core'
import type { rbacV1 } from '@fairlead/kube-types'
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
import { ClusterNotFoundError, type Clusters, isSelected } from '../cluster/clusters.ts'
import type { OwnWrites } from '../cache/own-writes.ts'
import type { Runnable } from '../runnable.ts'
import type { Metrics } from '../metrics/metrics.ts'
import { RunHistory } from '../explain/run-history.ts'
import type { RecordedRun } from '../explain/run-history.ts'
import type { Explanation } from '../explain/explanation.ts'
import { TimeShare } from '../explain/time-share.ts'
import type { RunEnd } from '../explain/run.ts'
import { mergeRules, ruleFor } from '../policy-rules.ts'
import { queueMetrics } from '../queue/queue-metrics.ts'
import { ExponentialBackoff } from '../queue/rate-limiter.ts'
import { describeCause } from '../queue/trigger.ts'
import { WorkQueue } from '../queue/work-queue.ts'
import type { Queue, QueueLease, WorkQueueOptions } from '../queue/work-queue.ts'
import type { Tracer } from '../tracing/tracer.ts'
import { AbandonedReconciles } from './abandoned-reconciles.ts'
import type { ControllerDescription } from './controller-description.ts'
import type { ControllerWork } from './controller-work.ts'
import { EventDelivery } from './event-delivery.ts'
import { HotLoops } from './hot-loops.ts'
import { OwnChanges } from './own-changes.ts'
import { withDefaults } from './controller-options.ts'
import type { ControllerDefaults, ControllerOptions } from './controller-options.ts'
import { requestKey, TerminalError } from './reconcile.ts'
import type { Reconcile, Request, Result } from './reconcile.ts'
import { ReconcileMetrics } from './reconcile-metrics.ts'
import { inReconcileSpan } from './reconcile-span.ts'
import type { Source } from './source.ts'
import type { SourceContext } from './source-context.ts'

/** What a manager provides to its controllers. */
export interface ControllerEnvironment {
  readonly cache: Cache
  /** The clusters beside that of the cache; none by default. */
  readonly clusters?: Clusters
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
  /** Which writes are whose; without it, all are others'. */
  readonly ownWrites?: OwnWrites
  /** What its controllers have in common. */
  readonly defaults?: ControllerDefaults
  /** Makes a span of each reconcile; none by default. */
  readonly tracer?: Tracer
  /** Called when the controller has ended. */
  readonly onEnd?: () => void
}

const cacheSyncTimeoutDefaultMs = 120_000
const abandonedLimitDefault = 100

/** What is known of a controller beside what it runs. */
interface ControllerDeclaration {
  /** The kind that it reconciles, if it has one. */
  readonly type?: ResourceType
  /** Two requests with the same key are the same; without it, requests are names of objects. */
  readonly keyOf?: (request: Request) => string
  /** What its reconciler must be allowed, beside reading what is watched. */
  readonly needs?: readonly rbacV1.PolicyRule[]
}

/** What feeds the workers of a controller. */
interface Intake {
  readonly environment: ControllerEnvironment
  readonly queue: Queue<Request>
  readonly abandoned: AbandonedReconciles
  readonly hotLoops: HotLoops
  readonly delivery: EventDelivery
  readonly history: RunHistory
  readonly counts: ReconcileMetrics
  readonly ownChanges: OwnChanges | undefined
  /** Aborts when events can no longer be delivered. */
  readonly failed: AbortController
  /** Resolves when the sources have enqueued everything that already exists. */
  readonly filled: Promise<void>
  /** Aborts when nothing is enqueued any more. */
  readonly ended: AbortSignal
  stop(): void
}

/** What the workers of a running controller share. */
interface Work extends ControllerEnvironment, Omit<Intake, 'environment'> {
  readonly signal: AbortSignal
}

/**
 * Calls a reconciler for every name its sources enqueue: one call per name at a time, several names
 * concurrently if configured, retries with backoff. Made by ControllerBuilder, run by a Manager.
 */
export class Controller implements Runnable {
  readonly name: string
  readonly #reconcile: Reconcile
  readonly #sources: readonly Source[]
  readonly #for: ResourceType | undefined
  readonly #needs: readonly rbacV1.PolicyRule[]
  #options: ControllerOptions
  readonly #ownKeyOf: ((request: Request) => string) | undefined
  #environment: ControllerEnvironment | undefined
  #counts: ReconcileMetrics | undefined
  #intake: Intake | undefined
  #isStarted = false
  /** Its sources have begun, and its workers take what they enqueue. */
  #isWorking = false
  #reconciles = 0
  readonly #workListeners = new Set<() => void>()

  constructor(
    name: string,
    sources: readonly Source[],
    reconcile: Reconcile,
    options: ControllerOptions = {},
    { type, keyOf, needs = [] }: ControllerDeclaration = {},
  ) {
    this.name = name
    this.#for = type
    this.#ownKeyOf = keyOf
    this.#needs = needs
    this.#sources = sources
    this.#reconcile = reconcile
    this.#options = options
  }

  get needLeaderElection(): boolean {
    return this.#options.needLeaderElection ?? true
  }

  /** What it is for, what it watches and what it must be allowed. */
  get description(): ControllerDescription {
    const { name, needLeaderElection } = this
    const watches = this.#sources.flatMap(({ watched }) => watched ?? [])
    const reads = watches
      .filter(({ cluster = '' }) => isSelected('', cluster))
      .map(({ type }) => ruleFor(type, ['get', 'list', 'watch']))
    const rules = mergeRules([...reads, ...this.#needs])
    return { name, needLeaderElection, watches, rules, ...(this.#for && { for: this.#for }) }
  }

  /** What it does and has yet to do. */
  get work(): ControllerWork {
    return {
      controller: this.name,
      started: this.#isWorking,
      reconciles: this.#reconciles,
      undelivered: this.#intake?.delivery.waiting ?? 0,
      requests: this.#intake === undefined ? [] : this.#intake.queue.contents?.(),
    }
  }

  /** Calls back when it has started and whenever something is done; what it returns ends that. */
  onWork(listener: () => void): () => void {
    this.#workListeners.add(listener)
    return () => void this.#workListeners.delete(listener)
  }

  /** Gives it what it needs to run, and initializes its metrics so that they appear at once. */
  bind(environment: ControllerEnvironment): void {
    if (this.#environment !== undefined)
      throw new Error(`controller ${this.name} already has a manager`)
    this.#environment = environment
    this.#options = withDefaults(this.#options, environment.defaults ?? {}, this.#for)
    this.#counts = new ReconcileMetrics(environment.metrics, this.name, this.#concurrency)
  }

  /**
   * Runs its sources before it is to reconcile, if its options say so: on a replica that does not
   * lead, they keep the queue current for `start`.
   */
  async warmUp(signal: AbortSignal): Promise<void> {
    if (this.#options.enableWarmup !== true) return
    const { filled, failed, ended } = this.#intake ?? this.#open(signal)
    try {
      await filled
      await aborted(ended)
      failed.signal.throwIfAborted()
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  /** Runs until the signal aborts and the reconciles in progress have ended. At most once. */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#isStarted) {
      throw new Error(`controller ${this.name} was started more than once: make another one`)
    }
    this.#isStarted = true
    const intake = this.#intake ?? this.#open(signal)
    using scope = openScope({ parents: [signal, intake.failed.signal] })
    const { environment, abandoned } = intake
    const work: Work = { ...intake, ...environment, signal: scope.signal }
    try {
      await untilAborted(intake.filled, signal)
      this.#isWorking = true
      this.#worked()
      const { logger } = environment
      logger.debug({ controller: this.name, workers: this.#concurrency }, 'controller started')
      const stopped = aborted(scope.signal).then(() => intake.stop())
      const workers = Array.from({ length: this.#concurrency }, () => this.#runWorker(work))
      await Promise.all([stopped, ...workers])
      await abandoned.ended()
      intake.failed.signal.throwIfAborted()
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      scope.abort(new Error(`controller ${this.name} stopped`))
      intake.stop()
      environment.onEnd?.()
    }
  }

  /** Starts the sources, which fill a queue until the signal aborts. */
  #open(signal: AbortSignal): Intake {
    const environment = this.#environment
    const counts = this.#counts
    if (environment === undefined || counts === undefined)
      throw new Error(`controller ${this.name} must be added to a manager`)
    const { clock, cache, clusters, logger } = environment
    const queue = this.#newQueue(environment)
    const ownChanges = this.#ownChanges(environment, queue)
    const failed = new AbortController()
    const named = withFields(logger, { controller: this.name })
    const fail = (error: Error) => failed.abort(error)
    const delivery = new EventDelivery(clock, named, fail, () => this.#worked())
    const { lowPriority } = this.#options
    const context: SourceContext = {
      clock,
      logger: named,
      queue,
      cache,
      delivery,
      ...(this.#ownKeyOf && { keyOf: this.#ownKeyOf }),
      comparing: new TimeShare(clock),
      ...(clusters === undefined ? {} : { clusters }),
      ...(lowPriority === undefined ? {} : { lowPriority }),
      ...(ownChanges === undefined ? {} : { ownChanges }),
    }
    const scope = openScope({ parents: [signal, failed.signal] })
    const limit = this.#options.maxAbandonedReconciles ?? abandonedLimitDefault
    const intake: Intake = {
      environment,
      queue,
      hotLoops: new HotLoops(),
      delivery,
      history: new RunHistory(clock),
      counts,
      ownChanges,
      abandoned: new AbandonedReconciles(limit, clock),
      failed,
      filled: this.#startSources(context, clock, scope.signal),
      ended: scope.signal,
      stop: () => {
        scope.abort(new Error(`controller ${this.name} stopped`))
        scope[Symbol.dispose]()
        delivery.stop()
        queue.shutdown()
      },
    }
    scope.signal.addEventListener('abort', () => intake.stop(), { once: true })
    this.#intake = intake
    return intake
  }

  /**
   * What it did with the object lately and why, and what it will do; undefined if it knows nothing
   * of it. Of the last 4096 objects, the last ten runs each, and at most 4 MiB in all.
   */
  explain(requested: object): Explanation | undefined {
    const request = requested as Request
    if (this.#intake === undefined) return undefined
    const { queue, history, environment } = this.#intake
    const object = this.#keyOf(request)
    const queued = queue.inspect?.(request)
    const runs = history.of(object)
    if (queued === undefined && runs.length === 0) return undefined
    return {
      controller: this.name,
      object,
      running: runs.some(({ outcome }) => outcome === 'running' || outcome === 'abandoned'),
      failures: queue.retries(request),
      ...(queued === undefined
        ? {}
        : {
            next: {
              dueMs: environment.clock.now() + queued.dueInMs,
              state: queued.state,
              priority: queued.priority,
              triggers: queued.triggers,
            },
          }),
      runs,
    }
  }

  get #keyOf(): (request: Request) => string {
    return this.#ownKeyOf ?? requestKey
  }

  #newQueue({ clock, metrics }: ControllerEnvironment): Queue<Request> {
    const { rateLimiter = new ExponentialBackoff(), newQueue } = this.#options
    const options: WorkQueueOptions<Request> = {
      clock,
      keyOf: this.#keyOf,
      rateLimiter,
      metrics: queueMetrics(metrics, this.name, clock),
    }
    return newQueue?.(options) ?? new WorkQueue(options)
  }

  #ownChanges({ ownWrites }: ControllerEnvironment, queue: Queue<Request>): OwnChanges | undefined {
    if (ownWrites === undefined || this.#options.reconcileOwnStatusWrites === true) return undefined
    return new OwnChanges(this.name, ownWrites, queue, this.#keyOf)
  }

  get #concurrency(): number {
    return this.#options.maxConcurrentReconciles ?? 1
  }

  async #startSources(context: SourceContext, clock: Clock, signal: AbortSignal): Promise<void> {
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
        try {
          await untilAborted(source.start(context, signal), deadline.signal)
        } catch (cause) {
          const unsynced = context.cache.unsynced()
          if (!(cause instanceof DeadlineError) || unsynced.length === 0) throw cause
          throw new Error(`${cause.message}; not synced: ${unsynced.join(', ')}`, { cause })
        }
      }),
    )
  }

  async #runWorker(work: Work): Promise<void> {
    for (;;) {
      const lease = await work.queue.get()
      if (lease === undefined) return
      if (this.#ownKeyOf !== undefined || !isOfRemovedCluster(lease.item, work))
        await this.#handle(lease, work)
      else this.#drop(lease.item, work)
    }
  }

  async #handle(lease: QueueLease<Request>, work: Work): Promise<void> {
    const reconcileID = randomUUID()
    this.#reconciles += 1
    const run = () => this.#handleRun(lease, reconcileID, work)
    if (work.tracer === undefined) await run()
    else await inReconcileSpan(work.tracer, this.name, reconcileID, lease, run)
  }

  async #handleRun(lease: QueueLease<Request>, reconcileID: string, work: Work): Promise<RunEnd> {
    const { queue, logger, counts, signal, history } = work
    const log = this.#logOf(
      lease.item,
      withFields(logger, { controller: this.name, object: lease.key, reconcileID }),
    )
    if (log.isLevelEnabled?.('debug') !== false) {
      log.debug({ triggeredBy: lease.triggers.map(describeCause) }, 'reconciling')
    }
    const recorded = history.begin(lease.key, reconcileID, lease.triggers)
    work.hotLoops.count(lease.key, lease.triggers, log, recorded.startedMs)
    let end: RunEnd = { outcome: 'stopped' }
    counts.begun()
    const unlock = () => this.#done(lease.item, queue)
    let isAbandoned = false
    try {
      const result = await this.#call(lease.item, log, work, (ended) => {
        isAbandoned = true
        this.#abandon(ended.then(unlock), log, lease.key, recorded, work)
      })
      end = this.#settle(lease, result, queue, counts)
    } catch (error) {
      // A stop is not a failure of the object, and after the shutdown nothing is queued.
      if (!signal.aborted) end = this.#fail(lease, error, queue, counts, log)
    } finally {
      if (isAbandoned) end = { ...end, outcome: 'abandoned' }
      const tookMs = history.end(lease.key, recorded, end)
      counts.ended(tookMs)
      if (!isAbandoned) unlock()
    }
    return end
  }

  #logOf(request: Request, base: Logger): Logger {
    try {
      return this.#options.logger?.(request, base) ?? base
    } catch (error) {
      base.error({ err: error }, 'the option logger of the controller threw')
      return base
    }
  }

  #drop(request: Request, { queue, logger }: Work): void {
    const object = this.#keyOf(request)
    logger.debug({ controller: this.name, object }, 'the cluster of the object is gone')
    queue.forget(request)
    this.#done(request, queue)
  }

  #done(request: Request, queue: Queue<Request>): void {
    queue.done(request)
    this.#worked()
  }

  #worked(): void {
    for (const listener of this.#workListeners) listener()
  }

  async #call(
    request: Request,
    log: Logger,
    { clock, counts, signal, abandoned, ownChanges }: Work,
    abandon: (ended: Promise<void>) => void,
  ): Promise<Result> {
    const { reconcileTimeoutMs: timeoutMs } = this.#options
    using scope = openScope({
      parents: [signal],
      clock,
      timeoutMs,
      what: `the reconcile of ${this.#keyOf(request)}`,
    })
    try {
      const reconcile = async () => this.#reconcile(request, { signal: scope.signal, log })
      const running = ownChanges?.during(request, reconcile) ?? reconcile()
      // Without a deadline there is nothing that could abandon it.
      if (timeoutMs === undefined) return (await running) ?? {}
      return (await abandoned.settle(running, scope.signal, abandon)) ?? {}
    } finally {
      if (scope.signal.aborted && abortReason(scope.signal) instanceof DeadlineError) {
        counts.timedOut()
      }
    }
  }

  /** Tells about a reconcile that goes on after its deadline, and about its end. */
  #abandon(
    ended: Promise<void>,
    log: Logger,
    key: string,
    recorded: RecordedRun,
    work: Work,
  ): void {
    const { counts, abandoned, history } = work
    counts.abandoned(abandoned.size)
    log.error(
      { abandoned: abandoned.size },
      'the reconcile goes on although its signal has aborted: it is abandoned, and the object ' +
        'stays locked until it ends; pass the signal on to whatever it waits for',
    )
    void ended.then(() => {
      const tookMs = history.end(key, recorded, { outcome: 'error' })
      counts.abandoned(abandoned.size)
      log.info(
        { seconds: tookMs / 1000 },
        'an abandoned reconcile has ended; its result is ignored',
      )
    })
  }

  #settle(
    lease: QueueLease<Request>,
    { requeueAfterMs, priority = lease.priority }: Result,
    queue: Queue<Request>,
    counts: ReconcileMetrics,
  ): RunEnd {
    // The call succeeded, whenever the next one is due.
    queue.forget(lease.item)
    if (requeueAfterMs !== undefined && requeueAfterMs > 0) {
      queue.add(lease.item, { afterMs: requeueAfterMs, priority, reason: 'requeueAfter' })
      counts.count('requeue_after')
      return { outcome: 'requeue_after', requeueAfterMs }
    }
    counts.count('success')
    return { outcome: 'success' }
  }

  #fail(
    lease: QueueLease<Request>,
    error: unknown,
    queue: Queue<Request>,
    counts: ReconcileMetrics,
    log: Logger,
  ): RunEnd {
    const { priority } = lease
    if (isConflict(error)) {
      // Another writer was first and the next read is newer, so this is not counted as an error.
      queue.add(lease.item, { rateLimited: true, priority, reason: 'conflict' })
      log.debug({ err: error }, 'the object was changed concurrently and is reconciled again')
      counts.count('requeue')
      return { outcome: 'requeue', error }
    }
    if (error instanceof ClusterNotFoundError) {
      queue.forget(lease.item)
      log.debug({ err: error }, 'a cluster is gone: the object is not reconciled again')
      counts.count('success')
      return { outcome: 'success', error }
    }
    const isTerminal = error instanceof TerminalError
    counts.failed({ isTerminal, isPanic: isProgrammingError(error) })
    counts.count('error')
    if (isTerminal) {
      log.error({ err: error }, 'reconcile failed and is not retried')
      return { outcome: 'terminal_error', error }
    }
    queue.add(lease.item, { rateLimited: true, priority, reason: 'error' })
    const retries = queue.retries(lease.item)
    log.error({ err: error, retries }, 'reconcile failed and is retried')
    return { outcome: 'error', error }
  }
}

function isOfRemovedCluster({ cluster = '' }: Request, { clusters }: Work): boolean {
  return cluster !== '' && clusters?.has(cluster) !== true
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
