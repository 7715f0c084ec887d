import {
  type Clock,
  consoleLogger,
  type Logger,
  type Random,
  systemClock,
  systemRandom,
  withFields,
} from '@fairlead/base'
import type { TypedObject } from '@fairlead/kube-core'
import type { Registry } from 'prom-client'
import { type Cache, type CachedInformer, InformerCache } from '../cache/cache.ts'
import type { CacheSettings } from '../cache/cache-settings.ts'
import { OwnWrites } from '../cache/own-writes.ts'
import { rememberingClient } from '../cache/remembering-client.ts'
import type { Client } from '../client/client.ts'
import type { ClientOptions } from '../client/create-client.ts'
import type { WriteFence } from '../client/write-fence.ts'
import type { EventRecorder } from '../events/event-recorder.ts'
import { EventRecorders } from '../events/event-recorders.ts'
import type { KubeConfig } from '../kube-config/kube-config.ts'
import { createMetrics, type Metrics } from '../metrics/metrics.ts'
import { tracedClient } from '../tracing/traced-client.ts'
import type { Tracer } from '../tracing/tracer.ts'
import { Connections } from './connections.ts'

export interface ClusterOptions {
  /** The API server; the cluster makes a client and closes it at the end. */
  readonly config?: KubeConfig
  /** Options of the client made from `config`. */
  readonly clientOptions?: Omit<ClientOptions, 'clock' | 'metrics' | 'fence'>
  /** Instead of `config`: a client, which whoever made it closes. */
  readonly client?: Client
  /**
   * What the cache keeps of each object: a changed copy, or the object. Defaults to
   * `stripManagedFields`.
   */
  readonly transform?: <T extends TypedObject>(object: T) => T
  /** How long a watch of the cache may be silent before it is made anew. Defaults to 2 min. */
  readonly watchIdleTimeoutMs?: number
  /** Which namespaces and objects the cache keeps, and any other option of it. */
  readonly cacheOptions?: CacheSettings
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
  /** Tells its metrics and log lines from those of other clusters. */
  readonly name?: string
  /** Asked before each write. */
  readonly fence?: WriteFence
  /** Where it is noted which writes are whose, for the controllers that share it. */
  readonly ownWrites?: OwnWrites
  /**
   * Makes a span of each reconcile and of each call of the client, except watches:
   * `trace.getTracer('my-operator')` of `@opentelemetry/api`. None by default.
   */
  readonly tracer?: Tracer
}

/**
 * What belongs to one API server: a client, a cache and event recorders. A manager has its own and
 * runs others (`addCluster`); without a manager, `start` runs it.
 */
export class Cluster {
  /** Undefined for a manager's own. */
  readonly name: string | undefined
  /** Reads from the API server; its writes can be read from the cache immediately. */
  readonly client: Client
  readonly metrics: Metrics
  /** For whoever runs it in stages; `start` runs them, too. */
  readonly recorders: EventRecorders
  readonly #connections: Connections
  readonly #cache: InformerCache

  /** `connections` are those of the options, where somebody has opened them already. */
  constructor(options: ClusterOptions, connections?: Connections) {
    const {
      name,
      clock = systemClock,
      random = systemRandom,
      ownWrites = new OwnWrites(),
    } = options
    const { watchIdleTimeoutMs: idleTimeoutMs, transform } = options
    const all = options.logger ?? consoleLogger()
    const logger = name === undefined ? all : withFields(all, { cluster: name })
    this.name = name
    this.metrics = options.metrics ?? createMetrics(options.registry)
    const { metrics } = this
    this.#connections = connections ?? new Connections({ ...options, clock, logger, metrics })
    const client = this.#connections.fenced(options.fence)
    this.#cache = new InformerCache({
      ...options.cacheOptions,
      ...(transform === undefined ? {} : { transform }),
      ...(idleTimeoutMs === undefined ? {} : { idleTimeoutMs }),
      ...(name === undefined ? {} : { cluster: name }),
      client,
      clock,
      random,
      logger,
      metrics,
    })
    const remembering = rememberingClient(client, this.#cache, ownWrites)
    const { tracer } = options
    this.client = tracer === undefined ? remembering : tracedClient(remembering, tracer)
    this.recorders = new EventRecorders({ client: this.#connections.unfenced, clock, logger })
  }

  get cache(): Cache {
    return this.#cache
  }

  /** What its cache runs at the moment. */
  get informers(): readonly CachedInformer[] {
    return this.#cache.informers()
  }

  /** The event recorder that reports as the component; it runs with the cluster. */
  eventRecorder(component: string): EventRecorder {
    return this.recorders.get(component)
  }

  /** The kinds whose copies no watch has kept current for longer than that, each with the reason. */
  stale(afterMs: number): readonly string[] {
    return this.#cache.stale(afterMs)
  }

  /** Runs the cache and the event recorders until the signal aborts, then closes the client. */
  async start(signal: AbortSignal): Promise<void> {
    try {
      await Promise.all([this.runCache(signal), this.recorders.start(signal)])
    } finally {
      await this.close()
    }
  }

  /** Only the cache, for whoever runs the cluster in stages. */
  runCache(signal: AbortSignal): Promise<void> {
    return this.#cache.start(signal)
  }

  /** Closes the client, unless it was given. */
  close(): Promise<void> {
    return this.#connections.close()
  }
}
