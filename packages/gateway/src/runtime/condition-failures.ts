import type { Clock, Logger } from '@fairlead/base'
import type { GatewayMetrics } from '../metrics/gateway-metrics.ts'

/** Each rule's failures are logged at most once in this time; all of them are counted. */
const logEveryMs = 60_000
/** Rules whose last line is remembered. */
const rulesMax = 1024

/** Counts the conditions of rules that could not be evaluated, and logs them at a bounded rate. */
export class ConditionFailures {
  readonly #metrics: Pick<GatewayMetrics, 'countConditionFailure'>
  readonly #logger: Pick<Logger, 'warn'>
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #loggedMs = new Map<string, number>()

  constructor(
    metrics: Pick<GatewayMetrics, 'countConditionFailure'>,
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
    const nowMs = this.#clock.monotonicMs()
    const loggedMs = this.#loggedMs.get(route)
    if (loggedMs !== undefined && nowMs - loggedMs < logEveryMs) return
    if (this.#loggedMs.size >= rulesMax) this.#loggedMs.clear()
    this.#loggedMs.set(route, nowMs)
    this.#logger.warn({ route, failure }, 'cel of a rule could not be evaluated: it did not match')
  }
}
