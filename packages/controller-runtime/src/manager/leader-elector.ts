import { isNotFound, Lease, microTimestamp } from '@fairlead/kube-core'
import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import {
  type Clock,
  type Logger,
  openScope,
  type Random,
  type Scope,
  sleep,
  withFields,
} from '@fairlead/base'
import type { Client } from '../client/client.ts'
import type { Metrics } from '../metrics/metrics.ts'

export interface LeaderElectionOptions {
  /** Name of the Lease; shared by the replicas of one operator. */
  readonly name: string
  readonly namespace: string
  /** Unique to this process. Defaults to `hostname_uuid`. */
  readonly identity?: string
  /** How long others wait for a leader that stopped renewing. Defaults to 15 s. */
  readonly leaseDurationMs?: number
  /** How long a leader retries a renewal before it stops leading. Defaults to 10 s. */
  readonly renewDeadlineMs?: number
  /** The interval between attempts. Defaults to 2 s. */
  readonly retryPeriodMs?: number
  /** Releases the lease on stop, so that another can lead at once. Defaults to true. */
  readonly releaseOnStop?: boolean
}

export interface LeaderElectorOptions extends LeaderElectionOptions {
  readonly client: Client
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly metrics: Metrics
}

/** The lease was lost: another replica may already lead, so a leader's work must end now. */
export class LeaderElectionLostError extends Error {
  override readonly name = 'LeaderElectionLostError'
  constructor(options?: ErrorOptions) {
    super('leader election lost', options)
  }
}

const jitterFactor = 1.2

/**
 * Elects one leader among the replicas by a Lease in the cluster.
 *
 * Whether another replica's lease has expired is judged by how long its record has stayed unchanged
 * by our monotonic clock, never by comparing its times with our wall clock: clocks differ.
 */
export class LeaderElector {
  readonly #options: LeaderElectorOptions
  readonly #identity: string
  readonly #leaseDurationMs: number
  readonly #renewDeadlineMs: number
  readonly #retryPeriodMs: number
  readonly #logger: Logger
  #observed: Lease | undefined
  /** By the monotonic clock. */
  #observedAtMs = -Infinity

  constructor(options: LeaderElectorOptions) {
    this.#options = options
    this.#identity = options.identity ?? `${hostname()}_${randomUUID()}`
    this.#leaseDurationMs = options.leaseDurationMs ?? 15_000
    this.#renewDeadlineMs = options.renewDeadlineMs ?? 10_000
    this.#retryPeriodMs = options.retryPeriodMs ?? 2000
    this.#logger = withFields(options.logger, { lease: `${options.namespace}/${options.name}` })
    if (this.#leaseDurationMs <= this.#renewDeadlineMs) {
      throw new RangeError('leaseDuration must be greater than renewDeadline')
    }
    if (this.#renewDeadlineMs <= this.#retryPeriodMs * jitterFactor) {
      throw new RangeError('renewDeadline must be greater than retryPeriod*JitterFactor')
    }
    options.metrics.leaderElection.masterStatus.set({ name: options.name }, 0)
    options.metrics.leaderElection.slowPath.inc({ name: options.name }, 0)
  }

  get leading(): boolean {
    return this.#observed?.spec?.holderIdentity === this.#identity
  }

  /**
   * Waits until this process leads, calls `onLead`, and renews until the signal aborts, then
   * resolves. Rejects with LeaderElectionLostError if it could not renew in time.
   */
  async run(signal: AbortSignal, onLead: () => void): Promise<void> {
    const { clock, random, metrics, name } = this.#options
    try {
      while (!(await this.#attempt(signal))) {
        await sleep(clock, this.#retryPeriodMs * (1 + jitterFactor * random()), signal)
      }
      this.#logger.info({ identity: this.#identity }, 'leading')
      metrics.leaderElection.masterStatus.set({ name }, 1)
      onLead()
      await this.#renew(signal)
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      metrics.leaderElection.masterStatus.set({ name }, 0)
    }
  }

  /** Releases the lease if it is ours; a failure only makes the others wait until it expires. */
  async release(): Promise<void> {
    if (!this.leading || this.#observed === undefined) return
    if (this.#options.releaseOnStop === false) return
    const lease = this.#observed
    this.#observed = undefined
    const now = microTimestamp(this.#options.clock.now())
    const spec = {
      ...lease.spec,
      holderIdentity: '',
      leaseDurationSeconds: 1,
      renewTime: now,
      acquireTime: now,
    }
    try {
      await this.#options.client.update(Lease, { ...lease, spec }, { timeoutMs: this.#callMs })
    } catch (error) {
      this.#logger.warn({ err: error }, 'the lease could not be released')
    }
  }

  get #callMs(): number {
    return Math.max(this.#renewDeadlineMs / 2, 1000)
  }

  /** Renews again and again until the signal aborts, or throws LeaderElectionLostError. */
  async #renew(signal: AbortSignal): Promise<never> {
    for (;;) {
      using deadline = this.#openDeadline(signal)
      try {
        await this.#renewOnce(deadline.signal)
      } catch (cause) {
        signal.throwIfAborted()
        throw deadline.signal.aborted ? new LeaderElectionLostError({ cause }) : cause
      }
    }
  }

  /** Resolves once the lease is renewed, after as many attempts as the signal leaves time for. */
  async #renewOnce(signal: AbortSignal): Promise<void> {
    do {
      if (!this.leading) throw new LeaderElectionLostError()
      await sleep(this.#options.clock, this.#retryPeriodMs, signal)
    } while (!(await this.#attempt(signal)))
  }

  #openDeadline(signal: AbortSignal): Scope {
    return openScope({
      parents: [signal],
      clock: this.#options.clock,
      timeoutMs: this.#renewDeadlineMs,
      what: 'renewing the lease',
    })
  }

  /** One attempt to get or keep the lease. False if it failed and another may be made. */
  async #attempt(signal: AbortSignal): Promise<boolean> {
    using scope = this.#openDeadline(signal)
    try {
      return (await this.#renewOptimistically(scope.signal)) || (await this.#acquire(scope.signal))
    } catch (error) {
      signal.throwIfAborted()
      this.#logger.warn({ err: error }, 'the lease could not be acquired or renewed')
      return false
    }
  }

  /** The leader's fast path: one write, no read. */
  async #renewOptimistically(signal: AbortSignal): Promise<boolean> {
    if (!this.leading || !this.#isValid() || this.#observed === undefined) return false
    try {
      this.#observe(await this.#write(this.#observed, signal))
      return true
    } catch (error) {
      signal.throwIfAborted()
      const { metrics, name } = this.#options
      metrics.leaderElection.slowPath.inc({ name })
      this.#logger.debug({ err: error }, 'the lease changed or the write failed, reading it')
      return false
    }
  }

  async #acquire(signal: AbortSignal): Promise<boolean> {
    const { client, name, namespace } = this.#options
    let lease: Lease
    try {
      lease = await client.get(Lease, { namespace, name }, { signal, timeoutMs: this.#callMs })
    } catch (error) {
      if (!isNotFound(error)) throw error
      const fresh = {
        apiVersion: 'coordination.k8s.io/v1',
        kind: 'Lease',
        metadata: { namespace, name },
      }
      const spec = { ...this.#spec(undefined), leaseTransitions: 0 }
      const call = { signal, timeoutMs: this.#callMs }
      this.#observe(await client.create(Lease, { ...fresh, spec }, call))
      return true
    }
    if (!sameRecord(lease, this.#observed)) this.#observe(lease)
    const holder = lease.spec?.holderIdentity ?? ''
    if (holder !== '' && holder !== this.#identity && this.#isValid()) return false
    this.#observe(await this.#write(lease, signal))
    return true
  }

  #write(lease: Lease, signal: AbortSignal): Promise<Lease> {
    const next = { ...lease, spec: this.#spec(lease) }
    return this.#options.client.update(Lease, next, { signal, timeoutMs: this.#callMs })
  }

  #spec(lease: Lease | undefined): NonNullable<Lease['spec']> {
    const now = microTimestamp(this.#options.clock.now())
    const held = lease?.spec?.holderIdentity === this.#identity
    const transitions = lease?.spec?.leaseTransitions ?? 0
    return {
      ...lease?.spec,
      holderIdentity: this.#identity,
      leaseDurationSeconds: Math.ceil(this.#leaseDurationMs / 1000),
      acquireTime: held ? (lease.spec?.acquireTime ?? now) : now,
      renewTime: now,
      leaseTransitions: held ? transitions : transitions + 1,
    }
  }

  #observe(lease: Lease): void {
    this.#observed = lease
    this.#observedAtMs = this.#options.clock.monotonicMs()
  }

  #isValid(): boolean {
    const durationMs = (this.#observed?.spec?.leaseDurationSeconds ?? 0) * 1000
    return this.#observedAtMs + durationMs > this.#options.clock.monotonicMs()
  }
}

function sameRecord(a: Lease, b: Lease | undefined): boolean {
  return b !== undefined && a.metadata.resourceVersion === b.metadata.resourceVersion
}
