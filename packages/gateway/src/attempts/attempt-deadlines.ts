import type { Clock, Timer } from '@fairlead/base'
import type { AnswerTimeouts } from '@fairlead/snapshot'
import { gatewayError } from '../errors/gateway-error.ts'
import type { CallTarget } from '../routing/call-target.ts'
import type { Runtime } from '../runtime/runtime.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'

/** The first byte of a whole answer comes when the model has finished, so it may take longer. */
const wholeFirstByteMs = 180_000
const idleMsDefault = 60_000
const totalMsDefault = 600_000
/** From a stream's last event to its end. */
const endMs = 1_000

interface Limits {
  readonly firstByteMs: number
  readonly idleMs: number
  readonly totalMs: number
}

/** The limits of one attempt: the rule's, else the provider's, else the gateway's. */
export function limitsOf(
  rule: AnswerTimeouts | undefined,
  { provider }: CallTarget,
  { snapshot }: Runtime,
  stream: boolean,
): Limits {
  const { timeouts } = provider.settings
  const { firstTokenTimeoutMs } = snapshot.gateway.limits
  return {
    firstByteMs:
      rule?.firstByteMs ??
      timeouts.firstByteMs ??
      (stream ? firstTokenTimeoutMs : wholeFirstByteMs),
    idleMs: rule?.idleMs ?? timeouts.idleMs ?? idleMsDefault,
    totalMs: rule?.totalMs ?? timeouts.totalMs ?? totalMsDefault,
  }
}

/**
 * Watches the silence of one attempt: until content begins, between two pieces of it, and its whole
 * time. What is no content, such as pings, ends no silence. One timer, which is set again only with
 * the first content and when it fires: any other piece costs no more than a look at the clock.
 */
export class AttemptDeadlines {
  readonly #clock: Clock
  readonly #limits: Limits
  readonly #provider: string
  readonly #startedMs: number
  readonly #expire: (failure: UpstreamFailure) => void
  #progressMs: number | undefined
  #suspended = false
  #stopped = false
  #timer: Timer

  constructor(
    clock: Clock,
    limits: Limits,
    provider: string,
    expire: (failure: UpstreamFailure) => void,
  ) {
    this.#clock = clock
    this.#limits = limits
    this.#provider = provider
    this.#expire = expire
    this.#startedMs = clock.monotonicMs()
    this.#timer = this.#arm(Math.min(limits.firstByteMs, limits.totalMs))
  }

  get startedMs(): number {
    return this.#startedMs
  }

  /** Content has come, or the model is thinking. */
  progressed(): void {
    const isFirst = this.#progressMs === undefined
    this.#progressMs = this.#clock.monotonicMs()
    if (!isFirst || this.#stopped) return
    // The timer waits for the first byte, which may be longer than a silence may last.
    this.#timer.cancel()
    this.#check()
  }

  /** The answer is complete: a provider that does not end its stream is not waited for. */
  finished(): void {
    if (this.#stopped) return
    this.#timer.cancel()
    this.#timer = this.#clock.setTimer(endMs, () => this.#fail('idle', endMs))
  }

  /** The caller does not read: the provider is kept waiting, and not the other way round. */
  suspend(): void {
    this.#suspended = true
  }

  resume(): void {
    this.#suspended = false
    this.progressed()
  }

  stop(): void {
    this.#stopped = true
    this.#timer.cancel()
  }

  #arm(delayMs: number): Timer {
    return this.#clock.setTimer(delayMs, () => this.#check())
  }

  #check(): void {
    const { firstByteMs, idleMs, totalMs } = this.#limits
    const nowMs = this.#clock.monotonicMs()
    const totalLeftMs = this.#startedMs + totalMs - nowMs
    if (totalLeftMs <= 0) return this.#fail('total', totalMs)
    if (this.#progressMs === undefined) {
      const leftMs = this.#startedMs + firstByteMs - nowMs
      if (leftMs <= 0) return this.#fail('firstByte', firstByteMs)
      this.#timer = this.#arm(Math.min(leftMs, totalLeftMs))
      return
    }
    const leftMs = this.#suspended ? idleMs : this.#progressMs + idleMs - nowMs
    if (leftMs <= 0) return this.#fail('idle', idleMs)
    this.#timer = this.#arm(Math.min(leftMs, totalLeftMs))
  }

  #fail(which: 'firstByte' | 'idle' | 'total', limitMs: number): void {
    const error = gatewayError.upstreamTimeout(this.#provider, which, limitMs)
    this.#expire(new UpstreamFailure('Timeout', error, error.message))
  }
}
