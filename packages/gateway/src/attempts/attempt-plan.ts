import type { RetryCondition, RetrySettings } from '@fairlead/snapshot'
import type { ModelError } from '@fairlead/llm'
import type { UpstreamFailure } from '../upstream/upstream-failure.ts'
import type { CallTarget } from '../routing/call-target.ts'
import { backoffMs, retryAfterMsMax } from './retry-delay.ts'

/**
 * Which target is asked next. Targets are tried in order and then again from the first, as often as
 * the route allows. A target that cannot be used at all costs no attempt and is not asked again. A
 * kept connection that the upstream closed at the moment of use is replaced once, for free.
 */
export class AttemptPlan {
  #targets: readonly CallTarget[]
  readonly #on: readonly RetryCondition[]
  readonly #random: () => number
  #position = 0
  #rounds = 0
  #retriesLeft: number
  #reconnectsLeft = 1

  constructor(targets: readonly CallTarget[], retry: RetrySettings, random: () => number) {
    this.#targets = targets
    this.#on = retry.conditions
    this.#retriesLeft = retry.attempts
    this.#random = random
  }

  /** The target to ask now. */
  get target(): CallTarget {
    const target = this.#targets[this.#position]
    if (target === undefined) throw new Error('a route has no target')
    return target
  }

  /**
   * Goes to the next target. Returns how many milliseconds to wait before: another target is asked
   * at once, the same one only after a pause. Throws what the caller is told when nothing is left.
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
    if (this.#retriesLeft === 0 || !this.#on.includes(condition)) throw error
    this.#retriesLeft -= 1
    this.#position += 1
    if (this.#position < this.#targets.length) return 0
    this.#position = 0
    this.#rounds += 1
    const askedMs = (error.retryAfterSeconds ?? 0) * 1000
    if (askedMs > retryAfterMsMax) throw error
    return Math.max(askedMs, backoffMs(this.#rounds - 1, this.#random))
  }
}
