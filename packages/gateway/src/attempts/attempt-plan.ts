import type { RetryCondition, RetrySettings } from '@fairlead/snapshot'
import type { ModelError } from '@fairlead/llm'
import type { UpstreamFailure } from '../upstream/upstream-failure.ts'
import type { CallTarget } from '../routing/call-target.ts'
import { backoffMs, retryAfterMsMax } from './retry-delay.ts'

/**
 * Decides which target to try next. Targets are tried in order and then again from the first, as
 * often as the route allows. A target that cannot be used at all costs no retry and is not tried
 * again. A keep-alive connection that the upstream closed just as it was used is replaced once, for
 * free.
 */
export class AttemptPlan {
  #targets: readonly CallTarget[]
  readonly #conditions: readonly RetryCondition[]
  readonly #random: () => number
  #position = 0
  #rounds = 0
  #retriesLeft: number
  #reconnectsLeft = 1

  constructor(targets: readonly CallTarget[], retry: RetrySettings, random: () => number) {
    this.#targets = targets
    this.#conditions = retry.conditions
    this.#retriesLeft = retry.attempts
    this.#random = random
  }

  /** The target to try now. */
  get target(): CallTarget {
    const target = this.#targets[this.#position]
    if (target === undefined) throw new Error('a route has no target')
    return target
  }

  /**
   * Moves on to the next target. Returns the milliseconds to wait first: another target is tried at
   * once, the same one only after a backoff. Throws the error for the caller when nothing is left
   * to try.
   */
  afterFailure({ kind, error }: UpstreamFailure): number {
    switch (kind) {
      case 'Final':
        throw error
      case 'Credential':
      case 'Target':
        return this.#dropTarget(error)
      case 'StaleConnection':
        if (this.#reconnectsLeft === 0) return this.#retry('Connect', error)
        this.#reconnectsLeft -= 1
        return 0
      case 'RateLimited':
      case 'ServerError':
      case 'Timeout':
      case 'Connect':
        return this.#retry(kind, error)
    }
  }

  #dropTarget(error: ModelError): number {
    this.#targets = this.#targets.toSpliced(this.#position, 1)
    if (this.#targets.length === 0) throw error
    if (this.#position === this.#targets.length) this.#position = 0
    return 0
  }

  #retry(condition: RetryCondition, error: ModelError): number {
    if (this.#retriesLeft === 0 || !this.#conditions.includes(condition)) throw error
    this.#retriesLeft -= 1
    this.#position += 1
    if (this.#position < this.#targets.length) return 0
    this.#position = 0
    this.#rounds += 1
    const retryAfterMs = (error.retryAfterSeconds ?? 0) * 1000
    if (retryAfterMs > retryAfterMsMax) throw error
    return Math.max(retryAfterMs, backoffMs(this.#rounds - 1, this.#random))
  }
}
