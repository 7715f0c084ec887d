import type { RetryCondition } from '@fairlead/snapshot'
import type { ModelError } from '@fairlead/llm'

/** An attempt that failed before anything reached the caller, and how to proceed. */
export class UpstreamFailure extends Error {
  override readonly name = 'UpstreamFailure'
  /** The error for the caller when nothing is left to try. */
  readonly error: ModelError
  readonly kind: FailureKind

  constructor(kind: FailureKind, error: ModelError) {
    super(error.message, { cause: error })
    this.kind = kind
    this.error = error
  }
}

/**
 * A retry condition: retried as the route says. `Credential`: the key was refused. `Target`: this
 * target cannot be used at all, another may. `StaleConnection`: the upstream closed a keep-alive
 * connection just as it was used. `Final`: the call itself is at fault.
 */
export type FailureKind = RetryCondition | 'Credential' | 'Target' | 'StaleConnection' | 'Final'
