import { ModelError, type ModelErrorKind } from './model-error.ts'

/** What a provider's error answer tells, read from its own shape by its dialect. */
interface ProviderFailure {
  readonly status: number
  readonly message: string | undefined
  readonly code?: string | undefined
  readonly param?: string | undefined
  /** The kind that the provider's own type tells; by status when it tells none. */
  readonly kind?: ModelErrorKind | undefined
  readonly retryAfterSeconds?: number | undefined
}

/**
 * The error for a provider's failure. What is wrong with the call itself is final; whatever depends
 * on the target (its key, its models, its load) may succeed at another one and is retryable.
 */
export function providerError(failure: ProviderFailure): ModelError {
  const contextOverflow =
    failure.code === 'context_length_exceeded' ||
    (failure.status < 500 && contextOverflowWords.test(failure.message ?? ''))
  const kind = contextOverflow ? 'context-length' : (failure.kind ?? kindOfStatus(failure.status))
  const message = failure.message?.trim()
  return new ModelError(
    kind,
    message === undefined || message === ''
      ? `The provider answered with status ${failure.status} and no message.`
      : withoutCredentials(message.slice(0, messageLengthMax)),
    {
      status: answerStatus(kind, failure.status),
      retryable: targetKinds.has(kind),
      ...(contextOverflow || failure.code === undefined ? {} : { code: failure.code }),
      ...(failure.param === undefined ? {} : { param: failure.param }),
      ...(failure.retryAfterSeconds === undefined
        ? {}
        : { retryAfterSeconds: failure.retryAfterSeconds }),
    },
  )
}

const messageLengthMax = 4000

const contextOverflowWords =
  /maximum context length|context window|prompt is too long|input is too long|exceeds? the (model's )?context|too many (input )?tokens/i

const targetKinds: ReadonlySet<ModelErrorKind> = new Set<ModelErrorKind>([
  'authentication',
  'permission',
  'not-found',
  'rate-limited',
  'overloaded',
  'timeout',
  'upstream',
  'unavailable',
])

function kindOfStatus(status: number): ModelErrorKind {
  switch (status) {
    case 401:
      return 'authentication'
    case 402:
    case 403:
      return 'permission'
    case 404:
      return 'not-found'
    case 408:
    case 504:
    case 524:
      return 'timeout'
    case 409:
      return 'conflict'
    case 413:
      return 'request-too-large'
    case 415:
      return 'unsupported-media-type'
    case 429:
      return 'rate-limited'
    case 529:
      return 'overloaded'
    case 503:
      return 'unavailable'
    default:
      return status >= 400 && status < 500 ? 'invalid-request' : 'upstream'
  }
}

/** A 4xx is passed on as it is; a server failure gets the status of its kind. */
function answerStatus(kind: ModelErrorKind, status: number): number | undefined {
  return status >= 400 && status < 500 && kind !== 'context-length' ? status : undefined
}

/**
 * The text with whatever looks like a key or a part of one taken out: providers repeat parts of a
 * refused key in their message, and not even parts may go on.
 */
export function withoutCredentials(text: string): string {
  return text
    .replaceAll(/\b(?:sk|pk|rk|gsk|xai)[-_][\w*.-]{5,}[\w*-]/g, '[redacted]')
    .replaceAll(/\b(?:AIza[\w-]{10,}|Bearer +\S{20,})/g, '[redacted]')
    .replaceAll(/(?<![\w-])[\w-]{2,}\*{3,}[\w*-]*/g, '[redacted]')
}
