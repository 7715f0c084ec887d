import { type Dialect, type ModelError, shouldRetryHeader } from '@fairlead/llm'
import { requestIdHeaders } from './request-id-headers.ts'

/** What a provider's refusal says of trying again, and is passed on with it; in lower case. */
export const retryHeaders: readonly string[] = ['retry-after', 'retry-after-ms', shouldRetryHeader]

/**
 * The headers that tell of an error, for the SDKs of the caller's dialect: the id of the call, when to
 * try again and whether at all, and the limits that the provider has told. Flat list: name, value.
 */
export function errorHeaders(
  error: ModelError,
  dialect: Dialect,
  { id, nowMs }: { readonly id: string; readonly nowMs: number },
): string[] {
  const { details } = error
  return [
    ...requestIdHeaders(dialect, id),
    ...retryAfterHeaders(error.retryAfterSeconds),
    ...shouldRetryHeaders(error),
    // RFC 6750, section 3: a caller that sent a token is told what was wrong with it.
    ...(error.code === 'invalid_token' ? ['www-authenticate', 'Bearer error="invalid_token"'] : []),
    ...(dialect.passage.rateLimits?.write(details?.rateLimits ?? [], nowMs) ?? []),
  ]
}

/** HTTP knows whole seconds only; the SDKs of OpenAI and Anthropic read milliseconds first. */
function retryAfterHeaders(seconds: number | undefined): string[] {
  if (seconds === undefined) return []
  const headers = ['retry-after', String(Math.ceil(seconds))]
  if (!Number.isInteger(seconds)) headers.push('retry-after-ms', String(Math.ceil(seconds * 1000)))
  return headers
}

/**
 * The SDKs try again by the status alone, unless they are told. What the provider says of it counts;
 * what cannot become better within seconds, such as a bill, is not to be sent again.
 */
function shouldRetryHeaders({ details, retryable, status }: ModelError): string[] {
  if (details?.shouldRetry !== undefined) return [shouldRetryHeader, String(details.shouldRetry)]
  const isTriedAgain = status === 408 || status === 409 || status === 429 || status >= 500
  return isTriedAgain && !retryable ? [shouldRetryHeader, 'false'] : []
}
