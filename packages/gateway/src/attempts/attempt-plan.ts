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
 * often as the route allows and as long as it allows; one that has asked for a pause comes after the
 * others until that is over. A target that cannot be used at all costs no retry and is not tried
 * again. A keep-alive connection that the upstream closed just as it was used
 * is replaced once, for free.
 */
export class AttemptPlan {
  #targets: readonly CallTarget[]
  readonly #retry: RetrySettings
  readonly #parts: PlanParts
  /** Monotonic milliseconds until which a target has asked for a pause. */
  readonly #pauses = new Map<CallTarget, number>()
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

  /** Whether another target has not been tried yet. */
  get hasNext(): boolean {
    return this.#rounds === 0 && this.#position + 1 < this.#targets.length
  }

  /**
   * Takes a retry for this condition, for another key of the same target, to be made at once. False
   * if none is left, or only one, which a target that has not been tried is worth more than.
   */
  takeRetry(condition: RetryCondition): boolean {
    if (this.hasNext && this.#retriesLeft === 1) return false
    if (!this.#mayRetry(condition, 0)) return false
    this.#retriesLeft -= 1
    return true
  }

  /**
   * Moves on to the next target. Returns the milliseconds to wait first: another target is tried at
   * once, the same one only after a backoff, and any after the pause that it has asked for. Throws the error for the caller when nothing is left
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
    this.#notePause(failed.error)
    return this.#again(next, failed.error, this.#position + 1)
  }

  #dropTarget(error: ModelError): number {
    this.#targets = this.#targets.toSpliced(this.#position, 1)
    if (this.#targets.length === 0) throw error
    if (this.#position < this.#targets.length) return 0
    // The targets that are left have failed before.
    const before = this.#failed
    if (before === undefined) throw error
    return this.#again(before.condition, before.error, this.#position)
  }

  /** `from` is the place of the target whose turn it is. */
  #again(condition: RetryCondition, error: ModelError, from: number): number {
    this.#failed = { condition, error }
    const { place, pauseMs } = this.#soonest(from)
    const isAround = place >= this.#targets.length
    const backoff = isAround ? backoffMs(this.#rounds, this.#parts.random) : 0
    const delayMs = pauseMs > retryAfterMsMax ? Infinity : Math.max(pauseMs, backoff)
    if (!this.#mayRetry(condition, delayMs)) throw error
    this.#retriesLeft -= 1
    this.#position = place % this.#targets.length
    if (isAround) this.#rounds += 1
    return delayMs
  }

  /** The place of the first target in turn that needs the least pause; counted on past the last. */
  #soonest(from: number): { readonly place: number; readonly pauseMs: number } {
    const { length } = this.#targets
    let [place, pauseMs] = [from, Infinity]
    for (let turn = from; turn < from + length; turn += 1) {
      const leftMs = this.#pauseMs(this.#targets[turn % length])
      if (leftMs < pauseMs) [place, pauseMs] = [turn, leftMs]
    }
    return { place, pauseMs }
  }

  #pauseMs(target: CallTarget | undefined): number {
    const untilMs = target === undefined ? undefined : this.#pauses.get(target)
    return untilMs === undefined ? 0 : Math.max(untilMs - this.#parts.clock.monotonicMs(), 0)
  }

  #notePause({ retryAfterSeconds = 0 }: ModelError): void {
    this.#pauses.set(this.target, this.#parts.clock.monotonicMs() + retryAfterSeconds * 1000)
  }

  #mayRetry(condition: RetryCondition, delayMs: number): boolean {
    const { conditions, withinMs } = this.#retry
    if (this.#retriesLeft === 0 || !conditions.includes(condition)) return false
    if (withinMs === undefined) return delayMs < Infinity
    const { callStartedMs, clock } = this.#parts
    return clock.monotonicMs() + delayMs - callStartedMs <= withinMs
  }
}
