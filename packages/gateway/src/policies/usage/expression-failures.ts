import type { Clock, Logger } from '@fairlead/base'
import type { UsageMetrics } from './usage-metrics.ts'

/** Each policy's failures are logged at most once in this time; all of them are counted. */
const logEveryMs = 60_000
/** Policies whose last line is remembered. */
const policiesMax = 1024

/** Counts the expressions that could not be evaluated, and logs them at a bounded rate. */
export class ExpressionFailures {
  readonly #metrics: Pick<UsageMetrics, 'countExpressionFailure'>
  readonly #logger: Pick<Logger, 'warn'>
  readonly #clock: Pick<Clock, 'monotonicMs'>
  readonly #loggedMs = new Map<string, number>()

  constructor(
    metrics: Pick<UsageMetrics, 'countExpressionFailure'>,
    logger: Pick<Logger, 'warn'>,
    clock: Pick<Clock, 'monotonicMs'>,
  ) {
    this.#metrics = metrics
    this.#logger = logger
    this.#clock = clock
  }

  /** `policy` is `namespace/name`. */
  note(policy: string, failure: string): void {
    this.#metrics.countExpressionFailure(policy)
    const nowMs = this.#clock.monotonicMs()
    const loggedMs = this.#loggedMs.get(policy)
    if (loggedMs !== undefined && nowMs - loggedMs < logEveryMs) return
    if (this.#loggedMs.size >= policiesMax) this.#loggedMs.clear()
    this.#loggedMs.set(policy, nowMs)
    this.#logger.warn(
      { policy, failure },
      'an expression of a UsagePolicy could not be evaluated: the policy holds, for no subject',
    )
  }
}
