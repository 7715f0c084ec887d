import type { Clock } from '@fairlead/base'
import type { RetryCondition, RetrySettings } from '@fairlead/snapshot'
import type { ModelError } from '@fairlead/llm'
import type { UpstreamFailure } from '../upstream/upstream-failure.ts'
import type { CallTarget } from '../routing/call-target.ts'
import { failureEffects } from './failure-effects.ts'
import { backoffMs, retryAfterMsMax } from './retry-delay.ts'

interface PlanParts {
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** Monotonic milliseconds. */
  readonly callStartedMs: number
  /** In [0, 1). */
  readonly random: () => number
}

/**
 * Decides which target to try next. Targets are tried in order and then again from the first, as
 * often as the route allows and as long as it allows. A target that cannot be used at all costs no
 * retry and is not tried again. A keep-alive connection that the upstream closed just as it was used
 * is replaced once, for free.
 */
export class AttemptPlan {
  #targets: readonly CallTarget[]
  readonly #retry: RetrySettings
  readonly #parts: PlanParts
  #position = 0
  #rounds = 0
  #retriesLeft: number
  #reconnectsLeft = 1
  /** What the caller is told if no target can take the call: of one that was asked, if any was. */
  #told: UpstreamFailure | undefined
  /** The last failure that can be retried. */
  #failed: { readonly condition: RetryCondition; readonly error: ModelError } | undefined

  constructor(targets: readonly CallTarget[], retry: RetrySettings, parts: PlanParts) {
    this.#targets = targets
    this.#retry = retry
    this.#retriesLeft = retry.attempts
    this.#parts = parts
  }

  /** The target to try now. */
  get target(): CallTarget {
    const target = this.#targets[this.#position]
    if (target === undefined) throw new Error('a route has no target')
    return target
  }

  get hasOther(): boolean {
    return this.#targets.length > 1
  }

  /** Takes a retry for this condition, to be made at once. False if none is left. */
  takeRetry(condition: RetryCondition): boolean {
    if (!this.#mayRetry(condition, 0)) return false
    this.#retriesLeft -= 1
    return true
  }

  /**
   * Moves on to the next target. Returns the milliseconds to wait first: another target is tried at
   * once, the same one only after a backoff. Throws the error for the caller when nothing is left
   * to try.
   */
  afterFailure(failed: UpstreamFailure): number {
    if (failed.failure !== 'Unsupported' || this.#told === undefined) this.#told = failed
    const { next } = failureEffects[failed.failure]
    if (next === 'Stop') throw failed.error
    if (next === 'NextCredential' || next === 'NextTarget')
      return this.#dropTarget(this.#told.error)
    if (failed.wasStale && this.#reconnectsLeft > 0) {
      this.#reconnectsLeft -= 1
      return 0
    }
    return this.#again(next, failed.error)
  }

  #dropTarget(error: ModelError): number {
    this.#targets = this.#targets.toSpliced(this.#position, 1)
    if (this.#targets.length === 0) throw error
    if (this.#position < this.#targets.length) return 0
    // The targets that are left have failed before.
    const before = this.#failed
    if (before === undefined) throw error
    return this.#again(before.condition, before.error)
  }

  #again(condition: RetryCondition, error: ModelError): number {
    this.#failed = { condition, error }
    const isLast = this.#position + 1 >= this.#targets.length
    const delayMs = isLast ? this.#delayMs(error) : 0
    if (!this.#mayRetry(condition, delayMs)) throw error
    this.#retriesLeft -= 1
    this.#position = isLast ? 0 : this.#position + 1
    if (isLast) this.#rounds += 1
    return delayMs
  }

  #mayRetry(condition: RetryCondition, delayMs: number): boolean {
    const { conditions, withinMs } = this.#retry
    if (this.#retriesLeft === 0 || !conditions.includes(condition)) return false
    if (withinMs === undefined) return delayMs < Infinity
    const { callStartedMs, clock } = this.#parts
    return clock.monotonicMs() + delayMs - callStartedMs <= withinMs
  }

  /** Infinite for a longer pause than is bearable. */
  #delayMs({ retryAfterSeconds = 0 }: ModelError): number {
    const retryAfterMs = retryAfterSeconds * 1000
    if (retryAfterMs > retryAfterMsMax) return Infinity
    return Math.max(retryAfterMs, backoffMs(this.#rounds, this.#parts.random))
  }
}
