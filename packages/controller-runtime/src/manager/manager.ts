import {
  abortReason,
  type Clock,
  consoleLogger,
  DeadlineError,
  type Logger,
  openScope,
  type Random,
  systemClock,
  systemRandom,
  untilAborted,
} from '@fairlead/base'
import type { Cache } from '../cache/cache.ts'
import { OwnWrites } from '../cache/own-writes.ts'
import type { Client } from '../client/client.ts'
import { defaultUserAgent } from '../client/create-client.ts'
import { Cluster, type ClusterOptions } from '../cluster/cluster.ts'
import { Clusters } from '../cluster/clusters.ts'
import { Connections } from '../cluster/connections.ts'
import { Controller } from '../controller/controller.ts'
import { explainHandler } from '../explain/explain-handler.ts'
import type { ExplainRequest, Explanation } from '../explain/explanation.ts'
import type { ControllerDescription } from '../controller/controller-description.ts'
import type { ControllerWork } from '../controller/controller-work.ts'
import type { ControllerDefaults } from '../controller/controller-options.ts'
import type { EventRecorder } from '../events/event-recorder.ts'
import { createMetrics, type Metrics } from '../metrics/metrics.ts'
import type { HealthCheck, ProbeChecks } from '../probes/probe-response.ts'
import type { Election } from '../leader-election/election.ts'
import { LeaderElectionLostError } from '../leader-election/leader-election-lost-error.ts'
import { LeaseFence } from '../leader-election/lease-fence.ts'
import { type LeaderElectionOptions, openElection } from '../leader-election/open-election.ts'
import {
  managerServers,
  type ManagerServers,
  type ManagerServersOptions,
} from '../serving/manager-servers.ts'
import { EventLoopMonitor } from './event-loop-monitor.ts'
import { recordLeadership } from './leadership-events.ts'
import { offlineConfig, OfflineError } from './offline-config.ts'
import { type Runnable, runnable } from '../runnable.ts'
import { RunnableGroup } from '../runnable-group.ts'
import { ManagerWebhooks } from './manager-webhooks.ts'
import type { WebhookRegistry } from '../webhook/webhook-registry.ts'
import type { WebhookServerOptions } from '../webhook/webhook-server.ts'

export interface ManagerOptions
  extends Omit<ClusterOptions, 'name' | 'fence' | 'ownWrites'>, ManagerServersOptions {
  /**
   * Grace period for stopping everything. Defaults to 30 s. With 0 nothing is waited for, with
   * `Infinity` everything is, however long it takes.
   */
  readonly gracefulShutdownTimeoutMs?: number
  /**
   * How long the first sync of the cache may take, and that of a controller's sources unless its
   * options or the defaults say otherwise. Defaults to 2 min.
   */
  readonly cacheSyncTimeoutMs?: number
  /** For all controllers that do not say otherwise. */
  readonly controllerDefaults?: ControllerDefaults
  /**
   * How long no watch of a cached kind may work before readiness fails. Defaults to 60 s;
   * `Infinity` turns it off.
   */
  readonly cacheStaleAfterMs?: number
  /** Runs controllers on one replica only. Off by default. */
  readonly leaderElection?: LeaderElectionOptions
  /** The liveness check `event-loop` fails when the event loop was blocked longer. Defaults to 10 s. */
  readonly eventLoopLagLimitMs?: number
  /**
   * How webhooks are served; needed as soon as one is registered, and without one nothing listens.
   * `false` for no server: then only `webhooks.review` asks them.
   */
  readonly webhookServer?: WebhookServerOptions | false
}

/** A cluster that a manager runs beside its own. The rest is the manager's. */
export interface AddedClusterOptions extends Omit<
  ClusterOptions,
  'name' | 'fence' | 'ownWrites' | 'tracer' | 'clock' | 'random' | 'logger' | 'registry' | 'metrics'
> {
  /**
   * Whether the start of the manager and its readiness wait for this cluster's cache. Defaults to
   * true; false for one of many, whose absence should not stop the work for the others.
   */
  readonly required?: boolean
}

/** Whether a manager has been started, and has stopped. */
export type ManagerState = 'new' | 'running' | 'stopped'

/**
 * Runs controllers and other runnables with one shared client, cache and set of metrics.
 *
 * Starts: servers, then the cache and its first sync, then what every replica runs and what the
 * controllers warm up, then, once it leads, the controllers. Stops: what every replica runs, then
 * the controllers, the cache, the servers; last it releases the lease and writes the remaining
 * events.
 */
export class Manager {
  /** Its own cluster, whose Lease it is elected by. */
  readonly cluster: Cluster
  /** Those that the options ask for; each tells where it listens. */
  readonly servers: ManagerServers
  /** What it and its controllers read time from. */
  readonly clock: Clock
  readonly #options: ManagerOptions
  readonly #clock: Clock
  readonly #random: Random
  readonly #logger: Logger
  readonly #connections: Connections
  readonly #clusters = new Clusters()
  readonly #failure = new AbortController()
  readonly #election: Election | undefined
  readonly #fence: LeaseFence | undefined
  readonly #recorders: RunnableGroup
  readonly #servers: RunnableGroup
  readonly #caches: RunnableGroup
  readonly #others: RunnableGroup
  readonly #warmups: RunnableGroup
  readonly #leaders: RunnableGroup
  readonly #known = new Set<Runnable>()
  /** By name: those that the manager runs, and those that somebody else does. */
  readonly #controllers = new Map<string, Controller>()
  readonly #ownWrites = new OwnWrites()
  readonly #healthz = new Map<string, HealthCheck>()
  readonly #readyz = new Map<string, HealthCheck>()
  readonly #webhooks: ManagerWebhooks
  #state: ManagerState = 'new'
  readonly #workListeners = new Set<() => void>()
  #elected = false
  readonly #elections = Promise.withResolvers<void>()

  /**
   * A manager without an API server, to be described: whatever is set up on it can be read from
   * `controllers`. It is never started, and every call of its client fails with OfflineError.
   */
  static offline(options: Omit<ManagerOptions, 'config' | 'client'> = {}): Manager {
    return new Manager({ ...options, config: offlineConfig })
  }

  constructor(options: ManagerOptions) {
    const { gracefulShutdownTimeoutMs: graceMs = 0 } = options
    if (!(graceMs >= 0)) {
      throw new RangeError('gracefulShutdownTimeoutMs is negative: Infinity waits for ever')
    }
    this.#options = options
    this.clock = options.clock ?? systemClock
    this.#clock = this.clock
    this.#random = options.random ?? systemRandom
    this.#logger = options.logger ?? consoleLogger()
    const metrics = options.metrics ?? createMetrics(options.registry)
    const basics = { clock: this.#clock, logger: this.#logger, metrics }
    this.#connections = new Connections({ ...options, ...basics })
    this.#election = this.#openElection(options, metrics)
    this.#fence = this.#election && new LeaseFence(this.#election.term, this.#clock)
    this.cluster = new Cluster({ ...options, ...this.#shared(metrics) }, this.#connections)
    const fail = (error: unknown) => this.#fail(error)
    this.#recorders = new RunnableGroup(fail)
    this.#servers = new RunnableGroup(fail)
    this.#caches = new RunnableGroup(fail)
    this.#others = new RunnableGroup(fail)
    this.#warmups = new RunnableGroup(fail)
    this.#leaders = new RunnableGroup(fail)
    this.#recorders.add(this.cluster.recorders)
    this.#caches.add(runnable((signal) => this.cluster.runCache(signal), { name: 'the cache' }))
    this.#readyz.set('caches-synced', () => this.#checkSynced())
    const eventLoop = new EventLoopMonitor({
      clock: this.#clock,
      metrics,
      limitMs: options.eventLoopLagLimitMs ?? 10_000,
    })
    this.#servers.add(eventLoop)
    this.#healthz.set('event-loop', () => eventLoop.check())
    // Nobody need have asked.
    this.#elections.promise.catch(() => {})
    this.#readyz.set('caches-current', () => this.#checkCurrent())
    this.servers = this.#openServers(options)
    this.#webhooks = new ManagerWebhooks({
      server: options.webhookServer,
      client: this.#connections.unfenced,
      clock: this.#clock,
      logger: this.#logger,
      metrics: this.metrics,
      addReadyzCheck: (name, check) => this.addReadyzCheck(name, check),
      addServer: (server) => this.add(server),
    })
  }

  /**
   * Reads from the API server; its writes can be read from the cache immediately. With leader
   * election, a process that has led and no longer does cannot write: LeaderElectionLostError.
   */
  get client(): Client {
    return this.cluster.client
  }

  get cache(): Cache {
    return this.cluster.cache
  }

  get metrics(): Metrics {
    return this.cluster.metrics
  }

  /** The controllers that were added, in that order. */
  get controllers(): readonly ControllerDescription[] {
    return [...this.#controllers.values()].map(({ description }) => description)
  }

  get state(): ManagerState {
    return this.#state
  }

  /** Its own cluster and those that were added. */
  get clusters(): readonly Cluster[] {
    return [this.cluster, ...this.#clusters.all()]
  }

  /** What its controllers do and have yet to do: for tests, `settled` of `@fairlead/testing`. */
  get work(): readonly ControllerWork[] {
    return [...this.#controllers.values()].map(({ work }) => work)
  }

  /**
   * Calls back when a controller has started and whenever one is done with something, and when the
   * manager has stopped; what it returns ends that.
   */
  onWork(listener: () => void): () => void {
    this.#workListeners.add(listener)
    return () => void this.#workListeners.delete(listener)
  }

  /**
   * The webhooks, which every replica serves, from before the cache starts: the API server may have
   * to ask for a conversion before it can answer the first list. `webhookBuilder` adds to them.
   */
  get webhooks(): WebhookRegistry {
    return this.#webhooks.registry
  }

  /** Whether this replica runs the controllers; once started without election, always true. */
  get elected(): boolean {
    return this.#elected
  }

  /**
   * Resolves when this replica runs the controllers, also if it already does; rejects if the manager
   * stops before, or the signal aborts.
   */
  async whenElected(signal?: AbortSignal): Promise<void> {
    const { promise } = this.#elections
    await (signal === undefined ? promise : untilAborted(promise, signal))
  }

  /**
   * The checks for `probeResponse`. From the start, readiness has `caches-synced` and
   * `caches-current`, and liveness `event-loop`.
   */
  get healthChecks(): ProbeChecks {
    return { healthz: this.#healthz, readyz: this.#readyz }
  }

  addHealthzCheck(name: string, check: HealthCheck): void {
    addCheck(this.#healthz, name, check)
  }

  addReadyzCheck(name: string, check: HealthCheck): void {
    addCheck(this.#readyz, name, check)
  }

  /**
   * Adds a controller or a runnable, also to a running manager. Adding it twice has no effect; once
   * the manager stops, it is an error.
   */
  add(added: Runnable): void {
    if (this.#known.has(added)) return
    if (added instanceof Controller) this.bind(added)
    this.#known.add(added)
    const group = this.#groupOf(added)
    if (group === this.#leaders && this.#election !== undefined) this.#warmUp(added)
    this.#addTo(group, added)
  }

  /**
   * Runs another cluster, from the start or from now on: its cache is started with the manager's own,
   * and controllers begin to watch in it if they are meant to. Its metrics and log lines name it, and
   * no replica but the leader writes to it, as to the manager's own.
   */
  addCluster(name: string, { required = true, ...options }: AddedClusterOptions): Cluster {
    const cluster = new Cluster({ ...options, ...this.#shared(this.metrics), name })
    this.#addTo(this.#caches, this.#clusters.add(name, cluster, { required }))
    return cluster
  }

  /**
   * Ends the watches of a cluster and forgets it; requests that name it are no longer reconciled.
   * Resolves when it has stopped, at once if there is none of that name.
   */
  async removeCluster(name: string): Promise<void> {
    await this.#clusters.remove(name)
  }

  /** The cluster that a request names, the manager's own if it names none; ClusterNotFoundError. */
  getCluster(name = ''): Cluster {
    return name === '' ? this.cluster : this.#clusters.get(name)
  }

  /**
   * What its controllers, or one of them, did with the object lately and why, and what they will do:
   * for people and tests, never a source of truth for a reconciler.
   */
  explain({ controller, ...object }: ExplainRequest): readonly Explanation[] {
    return [...this.#controllers.values()].flatMap((one) => {
      if (controller !== undefined && controller !== one.name) return []
      return one.explain(object) ?? []
    })
  }

  /** The same for a request of any type, of one controller; undefined if it knows nothing of it. */
  explainRequest(controller: string, request: object): Explanation | undefined {
    return this.#controllers.get(controller)?.explain(request)
  }

  /** The event recorder that reports as the component; it runs with the manager. */
  eventRecorder(component: string): EventRecorder {
    return this.cluster.eventRecorder(component)
  }

  /**
   * Runs until the signal aborts or one of its runnables fails, then stops everything. Rejects with
   * that failure, or if stopping took longer than the grace period; with an AggregateError of the
   * two if both happened.
   */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#options.config === offlineConfig) throw new OfflineError('start')
    if (this.#state !== 'new') throw new Error('a manager can only be started once')
    this.#state = 'running'
    using life = openScope({ parents: [signal, this.#failure.signal] })
    const candidacy = new AbortController()
    let election: Promise<void> = Promise.resolve()
    try {
      this.#webhooks.start()
      this.#recorders.start()
      this.#servers.start()
      await this.#withinSyncTimeout('the start of the webhook server', life.signal, (inTime) =>
        this.#webhooks.whenListening(inTime),
      )
      this.#caches.start()
      await this.#firstSync(life.signal)
      this.#others.start()
      this.#warmups.start()
      if (this.#election === undefined) this.#lead()
      else election = this.#election.run(candidacy.signal, () => this.#lead(life.signal))
      await untilAborted(
        election.then(() => new Promise<never>(() => {})),
        life.signal,
      )
    } catch (error) {
      if (!life.signal.aborted) this.#fail(error)
    }
    const late = await this.#stop(election, candidacy)
    const errors = this.#failure.signal.aborted ? [abortReason(this.#failure.signal)] : []
    if (late !== undefined && !errors.includes(late)) errors.push(late)
    if (errors.length > 1) throw new AggregateError(errors, errors.map(messageOf).join('; '))
    if (errors[0] !== undefined) throw errors[0]
  }

  /** What all clusters have in common. */
  #shared(metrics: Metrics) {
    return {
      clock: this.#clock,
      random: this.#random,
      logger: this.#logger,
      metrics,
      ownWrites: this.#ownWrites,
      ...this.#tracing(),
      ...(this.#fence === undefined ? {} : { fence: this.#fence }),
    }
  }

  #tracing(): Pick<ManagerOptions, 'tracer'> {
    const { tracer } = this.#options
    return tracer === undefined ? {} : { tracer }
  }

  #addTo(group: RunnableGroup, added: Runnable): void {
    if (group.add(added)) return
    throw new Error('nothing can be added any more: the manager is stopping, or has stopped')
  }

  #openServers(options: ManagerServersOptions): ManagerServers {
    const environment = {
      client: this.#connections.unfenced,
      metrics: this.metrics,
      logger: this.#logger,
      clock: this.#clock,
    }
    const debug = { '/debug/explain': explainHandler((asked) => this.explain(asked)) }
    const { servers, runnables } = managerServers(options, this.healthChecks, environment, debug)
    for (const each of runnables) this.#servers.add(each)
    return servers
  }

  /**
   * Gives a controller what it needs, without running it: `controller.start(signal)` does, whenever
   * and for as long as the caller wants, whoever leads. For a controller that has been added this
   * is done already. Its name is taken until it has ended; throws if it is already.
   */
  bind(controller: Controller): void {
    if (this.#controllers.has(controller.name)) {
      throw new Error(
        `a controller named ${controller.name} already exists: give each its own name, ` +
          'their metrics would collide',
      )
    }
    controller.bind({
      cache: this.cache,
      clusters: this.#clusters,
      clock: this.#clock,
      logger: this.#logger,
      metrics: this.metrics,
      ownWrites: this.#ownWrites,
      defaults: { ...this.#syncTimeout(), ...this.#options.controllerDefaults },
      onEnd: () => void this.#controllers.delete(controller.name),
      ...this.#tracing(),
    })
    controller.onWork(() => this.#worked())
    this.#controllers.set(controller.name, controller)
  }

  #worked(): void {
    for (const listener of this.#workListeners) listener()
  }

  #syncTimeout(): Pick<ManagerOptions, 'cacheSyncTimeoutMs'> {
    const { cacheSyncTimeoutMs } = this.#options
    return cacheSyncTimeoutMs === undefined ? {} : { cacheSyncTimeoutMs }
  }

  #warmUp(leader: Runnable): void {
    if (leader.warmUp === undefined || this.#elected) return
    this.#warmups.add(runnable((signal) => leader.warmUp?.(signal) ?? Promise.resolve()))
  }

  #groupOf({ stage, needLeaderElection }: Runnable): RunnableGroup {
    if (stage === 'servers') return this.#servers
    return needLeaderElection === false ? this.#others : this.#leaders
  }

  #openElection(options: ManagerOptions, metrics: Metrics): Election | undefined {
    if (options.leaderElection === undefined) return undefined
    const config = options.client === undefined ? options.config : undefined
    return openElection(options.leaderElection, {
      config,
      userAgent: options.clientOptions?.userAgent ?? defaultUserAgent,
      clock: this.#clock,
      random: this.#random,
      logger: this.#logger,
      metrics,
      connect: (own, userAgent) =>
        own === undefined && config === undefined
          ? this.#connections.unfenced
          : this.#connections.open(own ?? config, { userAgent }),
    })
  }

  async #firstSync(signal: AbortSignal): Promise<void> {
    try {
      await this.#withinSyncTimeout('the first sync of the cache', signal, async (inTime) => {
        await this.cache.waitForSync(inTime)
        await this.#clusters.waitForSync(inTime)
      })
    } catch (cause) {
      if (!(cause instanceof DeadlineError)) throw cause
      throw new Error(`${cause.message}; ${this.#notSynced()}`, { cause })
    }
  }

  async #withinSyncTimeout(
    what: string,
    signal: AbortSignal,
    work: (signal: AbortSignal) => Promise<void>,
  ): Promise<void> {
    const timeoutMs = this.#options.cacheSyncTimeoutMs ?? 120_000
    using deadline = openScope({ parents: [signal], clock: this.#clock, timeoutMs, what })
    await work(deadline.signal)
  }

  #lead(life?: AbortSignal): void {
    if (life?.aborted) return
    this.#elected = true
    this.#fence?.guard()
    this.#fence?.signal.addEventListener('abort', () => this.#lose(), { once: true })
    this.#elections.resolve()
    this.#recordLeadership('became leader')
    this.#leaders.start()
  }

  #lose(): void {
    if (this.#state !== 'running') return
    this.#recordLeadership('stopped leading')
    this.#fail(this.#fence?.signal.reason)
  }

  /** Not about a Lease on another API server, which has no event of ours. */
  #recordLeadership(what: 'became leader' | 'stopped leading'): void {
    const { leaderElection } = this.#options
    if (this.#election === undefined || leaderElection?.config !== undefined) return
    const recorder = this.eventRecorder(leaderElection?.name ?? 'leader-election')
    recordLeadership(recorder, this.#election, what)
  }

  #fail(error: unknown): void {
    if (this.#failure.signal.aborted) {
      this.#logger.error({ err: error }, 'failed while stopping')
      return
    }
    this.#logger.error({ err: error }, 'the manager stops because something it runs has failed')
    this.#failure.abort(error instanceof Error ? error : new Error(String(error)))
  }

  /** Resolves with what was wrong with stopping, if anything was. */
  async #stop(election: Promise<void>, candidacy: AbortController): Promise<Error | undefined> {
    this.#elections.reject(new Error('the manager has stopped'))
    // Who leads keeps the lease until the controllers have ended; nobody else may begin now.
    if (!this.#elected) candidacy.abort()
    const timeoutMs = this.#graceMs()
    using grace = openScope({
      parents: [this.#fence?.signal],
      clock: this.#clock,
      timeoutMs: timeoutMs === Infinity ? undefined : timeoutMs,
      what: 'stopping everything that the manager runs',
    })
    const groups = [this.#others, this.#leaders, this.#caches, this.#servers]
    const inOrder = async () => {
      const warmups = this.#warmups.stop()
      for (const group of groups) await group.stop()
      await warmups
      this.#fence?.unguard()
      candidacy.abort()
      await election.catch(() => {})
      await this.#election?.release()
      if (this.#elected) this.#recordLeadership('stopped leading')
      await this.#recorders.stop()
    }
    try {
      await untilAborted(inOrder(), grace.signal)
      return undefined
    } catch (cause) {
      // What has not ended would otherwise still write when another leads.
      this.#state = 'stopped'
      this.#fence?.close()
      candidacy.abort()
      // Of the group whose turn it is: the later ones have not been asked to stop.
      const unfinished = groups.map((group) => group.unfinished()).find(({ length }) => length > 0)
      for (const group of [...groups, this.#warmups]) void group.stop()
      const recorded = this.#recorders.stop()
      // That the lease was lost is worth telling; it takes two seconds at most.
      if (this.#options.gracefulShutdownTimeoutMs !== 0) await recorded
      return this.#late(cause, timeoutMs, unfinished ?? ['the election'])
    } finally {
      this.#state = 'stopped'
      this.#elected = false
      this.#worked()
      await this.cluster.close()
    }
  }

  #graceMs(): number {
    // Another replica may already lead: everything is told to stop at once, without a grace period.
    if (this.#failure.signal.reason instanceof LeaderElectionLostError) return 0
    return this.#options.gracefulShutdownTimeoutMs ?? 30_000
  }

  #late(cause: unknown, graceMs: number, unfinished: readonly string[]): Error | undefined {
    if (!(cause instanceof DeadlineError)) return cause instanceof Error ? cause : undefined
    if (graceMs === 0) return undefined
    const error = new Error(`${cause.message}; still running: ${unfinished.join(', ')}`, { cause })
    this.#logger.error({ err: error }, 'the grace period is over: the rest is not waited for')
    return error
  }

  #required(): readonly Cluster[] {
    return [this.cluster, ...this.#clusters.required()]
  }

  #checkSynced(): void {
    if (this.#state !== 'running') throw new Error(`the manager is ${this.#state}`)
    if (this.#unsynced().length > 0) throw new Error(this.#notSynced())
  }

  #checkCurrent(): void {
    const afterMs = this.#options.cacheStaleAfterMs ?? 60_000
    const stale = this.#inRequired((cluster) => cluster.stale(afterMs))
    if (stale.length > 0) throw new Error(`not watched any more: ${stale.join(', ')}`)
  }

  #notSynced(): string {
    return `not synced: ${this.#unsynced().join(', ')}`
  }

  #unsynced(): readonly string[] {
    return this.#inRequired((cluster) => cluster.cache.unsynced())
  }

  /** What each required cluster says of its kinds, with its name before those of others. */
  #inRequired(describe: (cluster: Cluster) => readonly string[]): readonly string[] {
    return this.#required().flatMap((cluster) =>
      describe(cluster).map((kind) =>
        cluster.name === undefined ? kind : `${cluster.name}: ${kind}`,
      ),
    )
  }
}

function addCheck(checks: Map<string, HealthCheck>, name: string, check: HealthCheck): void {
  if (checks.has(name)) throw new Error(`a health check named ${name} already exists`)
  checks.set(name, check)
}

function messageOf(error: Error): string {
  return error.message
}
