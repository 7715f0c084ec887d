import type { Clock, Logger } from '@fairlead/base'
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts'

/** The failures of each rule and policy are logged at most once in this time; all of them are counted. */
const logEveryMs = 60_000
/** Rules and policies whose last line is remembered. */
const rulesMax = 1024

type FailureCounts = Pick<GatewayMetrics, 'countAccessConditionFailure' | 'countConditionFailure'>

/** Counts the conditions that could not be evaluated, and logs them at a bounded rate. */
export class ConditionFailures {
  readonly #metrics: FailureCounts
  readonly #logger: Pick<Logger, 'warn'>
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #loggedMs = new Map<string, number>()

  constructor(
    metrics: FailureCounts,
    logger: Pick<Logger, 'warn'>,
    clock: Pick<Clock, 'monotonicMs'>,
  ) {
    this.#metrics = metrics
    this.#logger = logger
    this.#clock = clock
  }

  /** `route` is `policy/rule`. */
  note(route: string, failure: string): void {
    this.#metrics.countConditionFailure(route)
    if (!this.#isDue(`route ${route}`)) return
    this.#logger.warn({ route, failure }, 'cel of a rule could not be evaluated: it did not match')
  }

  /** `policy` is the `namespace/name` of an AccessPolicy. */
  noteAccess(policy: string, failure: string): void {
    this.#metrics.countAccessConditionFailure(policy)
    if (!this.#isDue(`policy ${policy}`)) return
    this.#logger.warn(
      { policy, failure },
      'cel of an AccessPolicy could not be evaluated: it opens nothing',
    )
  }

  #isDue(who: string): boolean {
    const nowMs = this.#clock.monotonicMs()
    const loggedMs = this.#loggedMs.get(who)
    if (loggedMs !== undefined && nowMs - loggedMs < logEveryMs) return false
    if (this.#loggedMs.size >= rulesMax) this.#loggedMs.clear()
    this.#loggedMs.set(who, nowMs)
    return true
  }
}
