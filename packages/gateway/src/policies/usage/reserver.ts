import type { Clock } from '@fairlead/base'
import {
  type Counters,
  CounterStoreUnavailable,
  type Reservation,
  type ReserveOutcome,
} from '@fairlead/usage'
import type { LimitClaim } from './claims.ts'
import { type RefusedLimit, refusedLimits } from './refusal.ts'
import type { UsageMetrics } from './usage-metrics.ts'

/** Claims that were granted together. */
export interface Held {
  readonly claims: readonly LimitClaim[]
  /** Of these claims; with none where they could not be counted yet. */
  readonly reservation: Reservation
  readonly counters: Counters
  /** Whether its claims are set aside. */
  readonly isCounted: boolean
}

/** What came of asking for claims. */
export type Admission =
  | { readonly state: 'Granted'; readonly held: Held }
  | {
      readonly state: 'Refused'
      /** All that did not fit, the one to wait for longest in front. */
      readonly refused: readonly [RefusedLimit, ...RefusedLimit[]]
    }
  | { readonly state: 'Unavailable'; readonly claims: readonly LimitClaim[] }

/** Asks for claims, and measures where a store has to be asked. */
export class Reserver {
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #metrics: UsageMetrics

  constructor(clock: Pick<Clock, 'monotonicMs'>, metrics: UsageMetrics) {
    this.#clock = clock
    this.#metrics = metrics
  }

  /** Never throws, nor rejects, because of the store. */
  reserve(counters: Counters, claims: readonly LimitClaim[]): Admission | Promise<Admission> {
    try {
      const outcome = counters.reserve(claims.map(({ claim }) => claim))
      return outcome instanceof Promise
        ? this.#after(outcome, counters, claims)
        : admissionOf(outcome, counters, claims)
    } catch (error) {
      return unavailable(error, claims)
    }
  }

  async #after(
    outcome: Promise<ReserveOutcome>,
    counters: Counters,
    claims: readonly LimitClaim[],
  ): Promise<Admission> {
    const startedMs = this.#clock.monotonicMs()
    try {
      return admissionOf(await outcome, counters, claims)
    } catch (error) {
      return unavailable(error, claims)
    } finally {
      this.#metrics.storeSeconds.observe((this.#clock.monotonicMs() - startedMs) / 1000)
    }
  }
}

function admissionOf(
  outcome: ReserveOutcome,
  counters: Counters,
  claims: readonly LimitClaim[],
): Admission {
  if (outcome.granted) {
    return {
      state: 'Granted',
      held: { claims, reservation: outcome.reservation, counters, isCounted: true },
    }
  }
  const [first, ...others] = refusedLimits(claims, outcome.refused)
  if (first === undefined) throw new Error('a reservation was refused by none of its claims')
  return { state: 'Refused', refused: [first, ...others] }
}

function unavailable(error: unknown, claims: readonly LimitClaim[]): Admission {
  if (!(error instanceof CounterStoreUnavailable)) throw error
  return { state: 'Unavailable', claims }
}

/** Claims that are granted without a store: what they use is counted when it is back. */
export function heldWithoutStore(claims: readonly LimitClaim[], counters: Counters): Held {
  const reservation = counters.uncounted(claims.map(({ claim }) => claim))
  return { claims, counters, reservation, isCounted: false }
}

/** The first policy that admits no call without a store; undefined if all do. */
export function deniedWithoutStore(claims: readonly LimitClaim[]): string | undefined {
  return claims.find(({ claim, policy }) => !claim.shadow && policy.onStoreFailure === 'Deny')
    ?.policy.key
}

/** Takes back what was granted to a call that does not need it. */
export function giveBack(admission: Admission): void {
  if (admission.state !== 'Granted') return
  const { claims, counters, reservation } = admission.held
  counters.settle(
    reservation,
    claims.map(() => 0),
  )
}
