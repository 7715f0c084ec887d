import type { Registry } from 'prom-client'
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
import { InformerCache } from '../cache/cache.ts'
import type { Cache } from '../cache/cache.ts'
import { rememberingClient } from '../cache/remembering-client.ts'
import type { Client } from '../client/client.ts'
import { createClient } from '../client/create-client.ts'
import type { ClientOptions } from '../client/create-client.ts'
import { Controller } from '../controller/controller.ts'
import type { ControllerDefaults } from '../controller/controller-options.ts'
import type { KubeConfig } from '../kube-config/kube-config.ts'
import { EventRecorder } from '../events/event-recorder.ts'
import { createMetrics } from '../metrics/metrics.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { HealthCheck, ProbeChecks } from '../probes/probe-response.ts'
import { LeaderElectionLostError, LeaderElector } from './leader-elector.ts'
import type { LeaderElectionOptions } from './leader-elector.ts'
import { RunnableGroup } from './runnable-group.ts'
import type { Runnable } from '../runnable.ts'

export interface ManagerOptions {
  /** The API server; the manager makes a client and closes it at the end. */
  readonly config?: KubeConfig
  /** Options of the client made from `config`. */
  readonly clientOptions?: Omit<ClientOptions, 'clock' | 'metrics'>
  /** Instead of `config`: a client, which whoever made it closes. */
  readonly client?: Client
  readonly clock?: Clock
  /** Between 0 and 1; defaults to the machine's randomness. */
  readonly random?: Random
  /**
   * Defaults to `consoleLogger()`: standard error, as text on a terminal and otherwise as JSON. Pass
   * `silentLogger` for silence.
   */
  readonly logger?: Logger
  /** Where metrics are registered; a new registry by default. */
  readonly registry?: Registry
  /** Instead of `registry`: metrics that are already declared, shared with a client. */
  readonly metrics?: Metrics
  /** Grace period for stopping everything. Defaults to 30 s. */
  readonly gracefulShutdownTimeoutMs?: number
  /** How long the first sync of the cache may take. Defaults to 2 min. */
  readonly cacheSyncTimeoutMs?: number
  /** For all controllers that do not say otherwise. */
  readonly controllerDefaults?: ControllerDefaults
  /** Runs controllers on one replica only. Off by default. */
  readonly leaderElection?: LeaderElectionOptions
}

type State = 'new' | 'running' | 'stopped'

/**
 * Runs controllers and other runnables with one shared client, cache and set of metrics.
 *
 * Starts: servers, then the cache and its first sync, then what every replica runs, then, once it
 * leads, the controllers. Stops: what every replica runs, then the controllers, the cache, the
 * servers; last it releases the lease and writes the remaining events.
 */
export class Manager {
  /** Reads from the API server; its writes can be read from the cache immediately. */
  readonly client: Client
  readonly metrics: Metrics
  readonly #options: ManagerOptions
  readonly #clock: Clock
  readonly #random: Random
  readonly #logger: Logger
  readonly #cache: InformerCache
  readonly #closeClient: () => Promise<void>
  readonly #failure = new AbortController()
  readonly #elector: LeaderElector | undefined
  readonly #recorders: RunnableGroup
  readonly #servers: RunnableGroup
  readonly #caches: RunnableGroup
  readonly #others: RunnableGroup
  readonly #leaders: RunnableGroup
  readonly #known = new Set<Runnable>()
  readonly #names = new Set<string>()
  readonly #eventRecorders = new Map<string, EventRecorder>()
  readonly #healthz = new Map<string, HealthCheck>()
  readonly #readyz = new Map<string, HealthCheck>()
  #state: State = 'new'
  #elected = false

  constructor(options: ManagerOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#random = options.random ?? systemRandom
    this.#logger = options.logger ?? consoleLogger()
    this.metrics = options.metrics ?? createMetrics(options.registry)
    const connection = this.#connect(options)
    this.#closeClient = () => connection.close()
    this.#cache = new InformerCache({
      client: connection.client,
      clock: this.#clock,
      random: this.#random,
      logger: this.#logger,
    })
    this.client = rememberingClient(connection.client, this.#cache)
    this.#elector = this.#newElector(options)
    const fail = (error: unknown) => this.#fail(error)
    this.#recorders = new RunnableGroup(fail)
    this.#servers = new RunnableGroup(fail)
    this.#caches = new RunnableGroup(fail)
    this.#others = new RunnableGroup(fail)
    this.#leaders = new RunnableGroup(fail)
    this.#caches.add(this.#cache)
    this.#readyz.set('caches-synced', () => this.#checkSynced())
  }

  get cache(): Cache {
    return this.#cache
  }

  /** Whether this replica runs the controllers; once started without election, always true. */
  get elected(): boolean {
    return this.#elected
  }

  /** The checks for `probeResponse`. Readiness has `caches-synced` from the start. */
  get healthChecks(): ProbeChecks {
    return { healthz: this.#healthz, readyz: this.#readyz }
  }

  addHealthzCheck(name: string, check: HealthCheck): void {
    addCheck(this.#healthz, name, check)
  }

  addReadyzCheck(name: string, check: HealthCheck): void {
    addCheck(this.#readyz, name, check)
  }

  /** Adds a controller or a runnable, also to a running manager. Adding it twice has no effect. */
  add(runnable: Runnable): void {
    if (this.#known.has(runnable)) return
    if (runnable instanceof Controller) this.#bind(runnable)
    this.#known.add(runnable)
    this.#groupOf(runnable).add(runnable)
  }

  /** The event recorder that reports as the component; it runs with the manager. */
  eventRecorder(component: string): EventRecorder {
    const known = this.#eventRecorders.get(component)
    if (known !== undefined) return known
    const recorder = new EventRecorder({
      client: this.client,
      component,
      clock: this.#clock,
      logger: this.#logger,
    })
    this.#eventRecorders.set(component, recorder)
    this.#recorders.add(recorder)
    return recorder
  }

  /**
   * Runs until the signal aborts or one of its runnables fails, then stops everything. Rejects with
   * that failure, or if stopping took longer than the grace period.
   */
  async start(signal: AbortSignal): Promise<void> {
    if (this.#state !== 'new') throw new Error('a manager can only be started once')
    this.#state = 'running'
    using life = openScope({ parents: [signal, this.#failure.signal] })
    const elector = this.#elector
    let election: Promise<void> = Promise.resolve()
    try {
      this.#recorders.start()
      this.#servers.start()
      this.#caches.start()
      await this.#firstSync(life.signal)
      this.#others.start()
      if (elector === undefined) this.#lead()
      else election = elector.run(life.signal, () => this.#lead())
      await Promise.all([untilAborted(new Promise<never>(() => {}), life.signal), election])
    } catch (error) {
      if (!life.signal.aborted) this.#fail(error)
    }
    await this.#stop(() => election.catch(() => {}).then(() => elector?.release()))
    if (this.#failure.signal.aborted) throw abortReason(this.#failure.signal)
  }

  #connect({ client, config, clientOptions }: ManagerOptions): {
    client: Client
    close(): Promise<void>
  } {
    if (client !== undefined) return { client, close: () => Promise.resolve() }
    if (config === undefined) throw new Error('a manager needs a config or a client')
    const own = createClient(config, {
      logger: this.#logger,
      ...clientOptions,
      clock: this.#clock,
      metrics: this.metrics,
    })
    return { client: own, close: () => own.close() }
  }

  #bind(controller: Controller): void {
    if (this.#names.has(controller.name)) {
      throw new Error(
        `a controller named ${controller.name} already exists: give each its own name, ` +
          'their metrics would collide',
      )
    }
    controller.bind({
      cache: this.#cache,
      clock: this.#clock,
      logger: this.#logger,
      metrics: this.metrics,
      defaults: this.#options.controllerDefaults ?? {},
    })
    this.#names.add(controller.name)
  }

  #groupOf(runnable: Runnable): RunnableGroup {
    if (runnable.stage === 'servers') return this.#servers
    return runnable.needLeaderElection === false ? this.#others : this.#leaders
  }

  #newElector({ leaderElection }: ManagerOptions): LeaderElector | undefined {
    if (leaderElection === undefined) return undefined
    return new LeaderElector({
      ...leaderElection,
      client: this.client,
      clock: this.#clock,
      random: this.#random,
      logger: this.#logger,
      metrics: this.metrics,
    })
  }

  async #firstSync(signal: AbortSignal): Promise<void> {
    using deadline = openScope({
      parents: [signal],
      clock: this.#clock,
      timeoutMs: this.#options.cacheSyncTimeoutMs ?? 120_000,
      what: 'the first sync of the cache',
    })
    try {
      await this.#cache.waitForSync(deadline.signal)
    } catch (cause) {
      if (!(cause instanceof DeadlineError)) throw cause
      throw new Error(`${cause.message}; ${this.#notSynced()}`, { cause })
    }
  }

  #lead(): void {
    if (this.#failure.signal.aborted) return
    this.#elected = true
    this.#leaders.start()
  }

  #fail(error: unknown): void {
    if (this.#failure.signal.aborted) {
      this.#logger.error({ err: error }, 'failed while stopping')
      return
    }
    this.#logger.error({ err: error }, 'the manager stops because something it runs has failed')
    this.#failure.abort(error instanceof Error ? error : new Error(String(error)))
  }

  async #stop(releaseLease: () => Promise<void>): Promise<void> {
    const lost = this.#failure.signal.reason instanceof LeaderElectionLostError
    // Another replica may already lead: everything is told to stop at once, without a grace period.
    const timeoutMs = lost ? 0 : (this.#options.gracefulShutdownTimeoutMs ?? 30_000)
    using grace = openScope({
      clock: this.#clock,
      timeoutMs,
      what: 'stopping everything that the manager runs',
    })
    const groups = [this.#others, this.#leaders, this.#caches, this.#servers]
    const inOrder = async () => {
      for (const group of groups) await group.stop()
      await releaseLease()
      await this.#recorders.stop()
    }
    try {
      await untilAborted(inOrder(), grace.signal)
    } catch (error) {
      for (const group of [...groups, this.#recorders]) void group.stop()
      this.#fail(error)
    } finally {
      this.#state = 'stopped'
      this.#elected = false
      await this.#closeClient()
    }
  }

  #checkSynced(): void {
    if (this.#state !== 'running') throw new Error(`the manager is ${this.#state}`)
    if (this.#cache.unsynced().length > 0) throw new Error(this.#notSynced())
  }

  #notSynced(): string {
    return `not synced: ${this.#cache.unsynced().join(', ')}`
  }
}

function addCheck(checks: Map<string, HealthCheck>, name: string, check: HealthCheck): void {
  if (checks.has(name)) throw new Error(`a health check named ${name} already exists`)
  checks.set(name, check)
}
