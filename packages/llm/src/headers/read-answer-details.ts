import type { AnswerDetails } from './answer-details.ts'
import type { HeaderLookup, RateLimitHeaders } from './rate-limit.ts'

/**
 * Where providers tell their id of a call; the first that is there counts.
 * https://platform.openai.com/docs/api-reference/debugging-requests (x-request-id)
 * https://platform.claude.com/docs/en/api/errors#request-id (request-id)
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/CommonErrors.html (x-amzn-requestid)
 * https://learn.microsoft.com/azure/ai-foundry/openai/how-to/monitor-openai (apim-request-id)
 * https://docs.cohere.com/reference/errors (x-debug-trace-id)
 */
const requestIdNames = [
  'x-request-id',
  'request-id',
  'x-amzn-requestid',
  'apim-request-id',
  'x-ms-request-id',
  'x-debug-trace-id',
]

/** An id is for a log line and a support ticket: what is longer, or anything else, is none. */
const idForm = /^[\w.:/=+-]{1,128}$/

/**
 * What the headers of a provider's response say. `limits` is how its format tells of limits; without
 * it they say none. Never throws.
 */
export function readAnswerDetails(
  headers: HeaderLookup,
  limits: RateLimitHeaders | undefined,
  nowMs: number,
): AnswerDetails {
  return {
    requestId: readRequestId(headers),
    shouldRetry: readBoolean(headers.get(shouldRetryHeader)?.trim()),
    rateLimits: limits?.read(headers, nowMs) ?? [],
  }
}

/** The provider's own id of a call; undefined without one. */
export function readRequestId(headers: HeaderLookup): string | undefined {
  for (const name of requestIdNames) {
    const id = headers.get(name)?.trim()
    if (id !== undefined && idForm.test(id)) return id
  }
  return undefined
}

/** The SDKs of OpenAI and Anthropic obey it, whatever the status says. */
export const shouldRetryHeader = 'x-should-retry'

function readBoolean(text: string | undefined): boolean | undefined {
  if (text === 'true') return true
  return text === 'false' ? false : undefined
}
