import type { FailureClass, ModelError } from '@fairlead/llm'
import { toModelError } from '../errors/gateway-error.ts'

/** An attempt that failed, and why: how to proceed follows from its class. */
export class UpstreamFailure extends Error {
  override readonly name = 'UpstreamFailure'
  readonly failure: FailureClass
  /** The error for the caller when nothing is left to try. */
  readonly error: ModelError
  /** What happened, without any text of the provider's: for logs and statuses. */
  readonly reason: string
  /** HTTP status of the provider's response; undefined if none came. */
  readonly status: number | undefined
  /** Whether a keep-alive connection was closed just as it was used, before any byte came. */
  readonly wasStale: boolean

  constructor(
    failure: FailureClass,
    error: ModelError,
    reason: string,
    options: { readonly status?: number | undefined; readonly wasStale?: boolean } = {},
  ) {
    super(error.message, { cause: error })
    this.failure = failure
    this.error = error
    this.reason = reason
    this.status = options.status
    this.wasStale = options.wasStale ?? false
  }
}

/** The error for the caller, whatever was thrown: that of a failed attempt is what it carries. */
export function errorForCaller(thrown: unknown): ModelError {
  return thrown instanceof UpstreamFailure ? thrown.error : toModelError(thrown)
}
