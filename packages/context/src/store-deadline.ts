import { ModelError } from '@fairlead/llm'
import type { Clock } from '@fairlead/base'

const retryAfterSeconds = 1

/**
 * Waits for a store no longer than the deadline. What goes wrong, or takes longer, is a ModelError
 * 503 `store_unavailable` that keeps the cause: nothing was acknowledged.
 */
export async function withinDeadline<T>(
  clock: Clock,
  deadlineMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const expired = Promise.withResolvers<never>()
  const timer = clock.setTimer(deadlineMs, () =>
    expired.reject(new Error(`no answer within ${deadlineMs} ms`)),
  )
  try {
    return await Promise.race([work(), expired.promise])
  } catch (error) {
    throw storeUnavailable(error)
  } finally {
    timer.cancel()
  }
}

function storeUnavailable(cause: unknown): ModelError {
  return new ModelError(
    'unavailable',
    `The conversation store is not available. Send the call again in ${retryAfterSeconds} s, with the same Idempotency-Key if it had one.`,
    { code: 'store_unavailable', retryAfterSeconds, cause },
  )
}
