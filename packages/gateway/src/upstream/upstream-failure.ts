import type { RetryCondition } from '@fairlead/snapshot'
import type { ModelError } from '@fairlead/llm'

/** An attempt that failed before anything reached the caller, with what may be done about it. */
export class UpstreamFailure extends Error {
  override readonly name = 'UpstreamFailure'
  /** What the caller is told when nothing else helps. */
  readonly error: ModelError
  readonly kind: FailureKind

  constructor(kind: FailureKind, error: ModelError) {
    super(error.message, { cause: error })
    this.kind = kind
    this.error = error
  }
}

/**
 * A retry condition: may be repeated as the route says. `Credential`: the key was refused. `Target`:
 * this target cannot be used at all, another one may. `StaleConnection`: the upstream closed a kept
 * connection at the moment of use. `Final`: the call itself is at fault.
 */
export type FailureKind = RetryCondition | 'Credential' | 'Target' | 'StaleConnection' | 'Final'
