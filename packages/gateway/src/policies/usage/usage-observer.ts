import type { Logger } from '@fairlead/base'
import type { CounterView } from '@fairlead/usage'
import type { MetLimits } from '../../call/met-limits.ts'
import type { LimitClaim } from './claims.ts'
import type { CounterSightings } from './counter-sightings.ts'
import { metLimit } from './refusal.ts'
import type { Held } from './reserver.ts'
import type { RunningExcess } from './running-excess.ts'
import { Thresholds } from './thresholds.ts'
import { tightestOf } from './tightest.ts'
import type { UsageMetrics } from './usage-metrics.ts'

interface ObserverParts {
  readonly metrics: UsageMetrics
  readonly logger: Pick<Logger, 'warn'>
  readonly sightings: CounterSightings
  readonly excess: RunningExcess
  /** Called after every call that was counted. */
  readonly counted: () => void
}

/** Tells what limits have done: to the call's record, to metrics, to the log. */
export class UsageObserver {
  readonly #metrics: UsageMetrics
  readonly #logger: Pick<Logger, 'warn'>
  readonly #sightings: CounterSightings
  readonly #thresholds = new Thresholds()
  readonly #excess: RunningExcess
  readonly #counted: () => void

  constructor({ counted, excess, logger, metrics, sightings }: ObserverParts) {
    this.#metrics = metrics
    this.#logger = logger
    this.#sightings = sightings
    this.#excess = excess
    this.#counted = counted
  }

  /** A call was admitted: its headers tell of the tightest limits. */
  granted(held: Held, met: MetLimits): void {
    const { claims, reservation } = held
    this.#excess.began(held)
    const views = viewsOf(claims, reservation)
    const rateLimits = tightestOf(claims, views)
    if (rateLimits.length > 0) met.rateLimits = rateLimits
    for (const [index, of] of claims.entries()) {
      const view = views[index]
      if (view === undefined) continue
      this.#sightings.saw(of, view)
      if (of.limit.warnAt.length > 0) this.#warn(of, view, view.used)
      if (of.claim.shadow && view.used + view.reserved > of.limit.amount) {
        this.#metrics.countRefusal(of, 'Shadow')
        met.shadowRefused = [...met.shadowRefused, metLimit({ of, view, retryAfterMs: undefined })]
      }
    }
    this.#counted()
  }

  /** A call has ended, and used these amounts of its claims. */
  settled(held: Held, amounts: readonly number[]): void {
    const { claims, reservation } = held
    this.#excess.ended(held)
    const views = viewsOf(claims, reservation)
    for (const [index, of] of claims.entries()) {
      const view = views[index]
      if (view === undefined || of.limit.warnAt.length === 0) continue
      // Requests are used as soon as they are claimed.
      const used = of.limit.measure === 'Requests' ? 0 : (amounts[index] ?? 0)
      this.#warn(of, view, view.used + used)
    }
    this.#counted()
  }

  #warn(of: LimitClaim, view: CounterView, used: number): void {
    const percent = this.#thresholds.reached(of, view, used)
    if (percent === undefined) return
    this.#metrics.countCrossed(of, percent)
    const { limit, subject } = of
    this.#logger.warn(
      { limit: limit.label, subject, percent },
      'a limit is used up to a percentage that is to be warned of',
    )
  }
}

/** In the order of the claims; a view that is not known is undefined. */
function viewsOf(
  claims: readonly LimitClaim[],
  { views }: Held['reservation'],
): readonly (CounterView | undefined)[] {
  if (views.length === claims.length) return views
  const byKey = new Map(views.map((view) => [view.counter.key, view]))
  return claims.map(({ claim }) => byKey.get(claim.counter.key))
}
