import type { Clock, Logger } from '@fairlead/base'

/** Each policy's failures are logged at most once in this time; all of them are counted. */
const logEveryMs = 60_000
/** Policies whose last line is remembered. */
const policiesMax = 1024

interface FailureParts {
  /** Counts a failure of the policy with this `namespace/name`. */
  readonly count: (policy: string) => void
  readonly logger: Pick<Logger, 'warn'>
  readonly clock: Pick<Clock, 'monotonicMs'>
  /** What the log says of it. */
  readonly message: string
}

/** Counts the expressions of policies that could not be evaluated, and logs them at a bounded rate. */
export class ExpressionFailures {
  readonly #parts: FailureParts
  readonly #loggedMs = new Map<string, number>()

  constructor(parts: FailureParts) {
    this.#parts = parts
  }

  /** `policy` is `namespace/name`. */
  note(policy: string, failure: string): void {
    const { clock, count, logger, message } = this.#parts
    count(policy)
    const nowMs = clock.monotonicMs()
    const loggedMs = this.#loggedMs.get(policy)
    if (loggedMs !== undefined && nowMs - loggedMs < logEveryMs) return
    if (this.#loggedMs.size >= policiesMax) this.#loggedMs.clear()
    this.#loggedMs.set(policy, nowMs)
    logger.warn({ policy, failure }, message)
  }
}
