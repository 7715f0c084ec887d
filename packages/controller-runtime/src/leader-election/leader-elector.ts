import { microTimestamp, type TypedObject } from '@fairlead/kube-core'
import { type Clock, type Logger, openScope, type Random, type Scope, sleep } from '@fairlead/base'
import type { Election } from './election.ts'
import type { ElectionLock, ElectionRecord, StoredRecord } from './election-lock.ts'
import type { ElectionMeter } from './election-meter.ts'
import {
  electionTiming,
  type ElectionTiming,
  type ElectionTimingOptions,
  jitterFactor,
} from './election-timing.ts'
import { LeaderElectionLostError } from './leader-election-lost-error.ts'
import { SharedDeadline } from './shared-deadline.ts'

export interface LeaderElectorOptions extends ElectionTimingOptions {
  readonly lock: ElectionLock
  /** Unique to this process. */
  readonly identity: string
  /** Releases the lease on stop, so that another can lead at once. Defaults to true. */
  readonly releaseOnStop?: boolean
  readonly clock: Clock
  readonly random: Random
  readonly logger: Logger
  readonly meter?: ElectionMeter
  /** Where it says until when this process leads; by default its own. */
  readonly term?: SharedDeadline
}

/**
 * Elects one leader among the replicas by a record that they share.
 *
 * Whether another replica's lease has expired is judged by how long its record has stayed unchanged
 * by our monotonic clock, never by comparing its times with our wall clock: clocks differ.
 *
 * A term counts from the moment before the renewal was sent. Others count from when they saw it
 * stored, which is later, and wait for the lease's duration, which is longer than the renew deadline:
 * however slow the answer, a term is over before another begins.
 */
export class LeaderElector implements Election {
  readonly term: SharedDeadline
  readonly #options: LeaderElectorOptions
  readonly #timing: ElectionTiming
  #observed: StoredRecord | undefined
  /** By the monotonic clock. */
  #observedAtMs = -Infinity
  /** When the last renewal that succeeded was sent. */
  #renewedAtMs = -Infinity

  constructor(options: LeaderElectorOptions) {
    this.#options = options
    this.#timing = electionTiming(options)
    this.term = options.term ?? new SharedDeadline(options.clock)
  }

  get identity(): string {
    return this.#options.identity
  }

  get object(): TypedObject | undefined {
    return this.#options.lock.object
  }

  async run(signal: AbortSignal, onLead: () => void): Promise<void> {
    const { clock, random, logger, identity, meter } = this.#options
    try {
      while (!(await this.#attempt(signal, this.#timing.renewDeadlineMs))) {
        await sleep(clock, this.#timing.retryPeriodMs * (1 + jitterFactor * random()), signal)
      }
      logger.info({ identity }, 'leading')
      meter?.leading(true)
      onLead()
      await this.#renew(signal)
    } catch (error) {
      if (signal.aborted) return
      this.term.end()
      throw error
    } finally {
      meter?.leading(false)
    }
  }

  async release(): Promise<void> {
    this.term.end()
    const held = this.#observed
    if (held === undefined || !this.#holds || this.#options.releaseOnStop === false) return
    this.#observed = undefined
    try {
      await this.#giveBack(held).catch(async (error: unknown) => {
        // A renewal that was on its way when we stopped may have been stored after all.
        const stored = await this.#options.lock.read({ timeoutMs: this.#callMs })
        if (stored?.record.holderIdentity !== this.#options.identity) throw error
        await this.#giveBack(stored)
      })
    } catch (error) {
      this.#options.logger.warn({ err: error }, 'the lease could not be released')
    }
  }

  async #giveBack(held: StoredRecord): Promise<void> {
    const now = microTimestamp(this.#options.clock.now())
    const record = {
      ...held.record,
      holderIdentity: '',
      leaseDurationSeconds: 1,
      renewTime: now,
      acquireTime: now,
    }
    await this.#options.lock.write(record, held, { timeoutMs: this.#callMs })
  }

  get #holds(): boolean {
    return this.#observed?.record.holderIdentity === this.#options.identity
  }

  get #callMs(): number {
    return Math.max(this.#timing.renewDeadlineMs / 2, 1000)
  }

  /** Renews again and again until the signal aborts, or throws LeaderElectionLostError. */
  async #renew(signal: AbortSignal): Promise<never> {
    for (;;) {
      const ageMs = this.#options.clock.monotonicMs() - this.#renewedAtMs
      using deadline = this.#openDeadline(signal, this.#timing.renewDeadlineMs - ageMs)
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
      if (!this.#holds) throw new LeaderElectionLostError()
      await sleep(this.#options.clock, this.#timing.retryPeriodMs, signal)
    } while (!(await this.#attempt(signal)))
  }

  #openDeadline(signal: AbortSignal, timeoutMs: number | undefined): Scope {
    return openScope({
      parents: [signal],
      clock: this.#options.clock,
      timeoutMs,
      what: 'renewing the lease',
    })
  }

  /** One attempt to get or keep the lease. False if it failed and another may be made. */
  async #attempt(signal: AbortSignal, timeoutMs?: number): Promise<boolean> {
    using scope = this.#openDeadline(signal, timeoutMs)
    try {
      return (await this.#renewOptimistically(scope.signal)) || (await this.#acquire(scope.signal))
    } catch (error) {
      signal.throwIfAborted()
      this.#options.logger.warn({ err: error }, 'the lease could not be acquired or renewed')
      return false
    }
  }

  /** The leader's fast path: one write, no read. */
  async #renewOptimistically(signal: AbortSignal): Promise<boolean> {
    if (!this.#holds || !this.#isValid()) return false
    try {
      await this.#write(this.#observed, signal)
      return true
    } catch (error) {
      signal.throwIfAborted()
      this.#options.meter?.slowPath()
      this.#options.logger.debug(
        { err: error },
        'the lease changed or the write failed, reading it',
      )
      return false
    }
  }

  async #acquire(signal: AbortSignal): Promise<boolean> {
    const { lock, identity } = this.#options
    const stored = await lock.read({ signal, timeoutMs: this.#callMs })
    if (stored === undefined) {
      await this.#write(undefined, signal)
      return true
    }
    if (stored.version !== this.#observed?.version) this.#observe(stored)
    const holder = stored.record.holderIdentity
    if (holder !== '' && holder !== identity && this.#isValid()) return false
    await this.#write(stored, signal)
    return true
  }

  async #write(previous: StoredRecord | undefined, signal: AbortSignal): Promise<void> {
    const { lock, clock } = this.#options
    const sentAtMs = clock.monotonicMs()
    const record = this.#record(previous?.record)
    this.#observe(await lock.write(record, previous, { signal, timeoutMs: this.#callMs }))
    this.#renewedAtMs = sentAtMs
    this.term.extend(sentAtMs + this.#timing.renewDeadlineMs)
  }

  #record(previous: ElectionRecord | undefined): ElectionRecord {
    const { identity, clock } = this.#options
    const now = microTimestamp(clock.now())
    const isHeld = previous?.holderIdentity === identity
    const transitions = previous?.leaseTransitions ?? 0
    return {
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(this.#timing.leaseDurationMs / 1000),
      acquireTime: (isHeld && previous.acquireTime) || now,
      renewTime: now,
      leaseTransitions: previous === undefined || isHeld ? transitions : transitions + 1,
    }
  }

  #observe(stored: StoredRecord): void {
    this.#observed = stored
    this.#observedAtMs = this.#options.clock.monotonicMs()
  }

  #isValid(): boolean {
    const durationMs = (this.#observed?.record.leaseDurationSeconds ?? 0) * 1000
    return this.#observedAtMs + durationMs > this.#options.clock.monotonicMs()
  }
}
