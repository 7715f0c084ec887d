import { commonFailures } from './common-failures.ts'
import { isContextOverflow } from './context-overflow.ts'
import { classify, type FailureRow, noStatus } from './failure-table.ts'
import type { FailureClass } from './failure-class.ts'
import { ModelError, type ModelErrorKind } from './model-error.ts'

/** A provider's error response, read from its own format by its dialect. */
interface ProviderFailure {
  /** Undefined for an error without one, inside a stream or a 200: its codes decide alone. */
  readonly status: number | undefined
  readonly message: string | undefined
  /** The code that is passed on to the caller. */
  readonly code?: string | undefined
  /** Everything that names the error: `code`, `type`, `status`. */
  readonly codes: readonly (string | undefined)[]
  readonly param?: string | undefined
  /** Whether the body has the form of an API's error. */
  readonly isApiError: boolean
  readonly retryAfterSeconds?: number | undefined
}

/** The error for a provider's failure, classified by the dialect's table, and by what is common where that says nothing. */
export function providerError(seen: ProviderFailure, table: readonly FailureRow[]): ModelError {
  const { code, param, retryAfterSeconds } = seen
  const message = (seen.message ?? '').slice(0, messageLengthMax).trim()
  const codes = seen.codes.filter((one) => one !== undefined)
  const { isApiError } = seen
  const failure = classify({ status: seen.status ?? noStatus, codes, message, isApiError }, [
    table,
    commonFailures,
  ])
  const status = seen.status ?? inlineStatuses[failure] ?? 502
  // "Too many tokens" may be too many in a minute, as Bedrock says it.
  const isPrompt = status < 500 && failure !== 'RateLimited'
  const contextOverflow = isPrompt && isContextOverflow(codes, message)
  const kind = contextOverflow ? 'context-length' : kindOf(failure, status)
  return new ModelError(
    kind,
    message === ''
      ? `The provider answered with status ${status} and no message.`
      : withoutCredentials(message),
    {
      status: answerStatus(kind, status),
      failure,
      retryable: !finalFailures.has(failure),
      ...codeOf(failure, contextOverflow, code),
      ...(param === undefined ? {} : { param }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    },
  )
}

const messageLengthMax = 4000

/** What the error is called: as the provider does, else by a name that tells more than its kind. */
function codeOf(
  failure: FailureClass,
  contextOverflow: boolean,
  code: string | undefined,
): { readonly code?: string } {
  if (contextOverflow) return {}
  if (code !== undefined) return { code }
  if (failure === 'ModelUnavailable') return { code: 'model_not_found' }
  return failure === 'ContentRefused' ? { code: 'content_policy_violation' } : {}
}

const finalFailures: ReadonlySet<FailureClass> = new Set<FailureClass>([
  'InvalidRequest',
  'ContentRefused',
])

/** The HTTP status of an error that came without one. */
const inlineStatuses: Readonly<Partial<Record<FailureClass, number>>> = {
  InvalidRequest: 400,
  ContentRefused: 400,
  CredentialRefused: 401,
  CredentialExpired: 401,
  CreditExhausted: 402,
  ModelUnavailable: 404,
  RateLimited: 429,
  Overloaded: 529,
  Timeout: 504,
}

/** A 4xx keeps the kind of its status, so that the caller's format names it as providers do. */
function kindOf(failure: FailureClass, status: number): ModelErrorKind {
  const server = serverKinds[failure]
  if (server !== undefined) return status === 503 && server === 'upstream' ? 'unavailable' : server
  switch (status) {
    case 401:
      return 'authentication'
    case 402:
    case 403:
      return 'permission'
    case 404:
      return 'not-found'
    case 409:
      return 'conflict'
    case 413:
      return 'request-too-large'
    case 415:
      return 'unsupported-media-type'
    case 429:
      return 'rate-limited'
    default:
      return status >= 400 && status < 500 ? 'invalid-request' : 'upstream'
  }
}

const serverKinds: Readonly<Partial<Record<FailureClass, ModelErrorKind>>> = {
  ServerError: 'upstream',
  Connect: 'upstream',
  InvalidAnswer: 'upstream',
  Timeout: 'timeout',
  Overloaded: 'overloaded',
}

/** A 4xx is passed on unchanged; a server failure gets the status of its kind. */
function answerStatus(kind: ModelErrorKind, status: number): number | undefined {
  if (kind === 'context-length' || kind === 'upstream' || kind === 'overloaded') return undefined
  return status >= 400 && status <= clientStatusMax ? status : undefined
}

/** The greatest of RFC 9110 and RFC 6585 for mistakes of a caller; vendors make up some above it. */
const clientStatusMax = 431

/**
 * The text without anything that looks like a key or part of one: providers repeat parts of a
 * refused key in their message, and not even parts may be passed on.
 */
export function withoutCredentials(text: string): string {
  return text
    .replaceAll(/\b(?:sk|pk|rk|gsk|xai)[-_][\w*.-]{5,}[\w*-]/g, '[redacted]')
    .replaceAll(/\b(?:AIza[\w-]{10,}|Bearer +\S{20,})/g, '[redacted]')
    .replaceAll(/(?<![\w-])[\w-]{2,}\*{3,}[\w*-]*/g, '[redacted]')
}
