import type { AnswerDetails, FailureClass, ModelError } from '@fairlead/llm'
import { toldError } from '../errors/told-error.ts'
import type { ProviderRuntime } from '../providers/provider-runtime.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'

/**
 * The failure of an attempt whose answer, of this status, is none, such as a 200 with an error inside:
 * with a reason that repeats no text of the provider's. Any other error is returned as it is. `details`
 * are what its headers say.
 */
export function failedAnswer(
  error: unknown,
  { key }: ProviderRuntime,
  status: number,
  details?: AnswerDetails,
): unknown {
  const failure =
    error instanceof Error && 'failure' in error ? (error as ModelError).failure : undefined
  if (error instanceof UpstreamFailure || failure === undefined) return error
  const seen = error as ModelError
  const told = toldError(details === undefined ? seen : seen.with({ details }), key)
  const reason = isOwn(failure) ? told.message : `an error with status ${status}`
  return new UpstreamFailure(failure, told, reason, { status })
}

/** Whether the message of such a failure is the gateway's own, so that it may be in logs. */
function isOwn(failure: FailureClass): boolean {
  return failure === 'InvalidAnswer' || failure === 'Cut'
}
