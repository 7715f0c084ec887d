import type { AnswerDetails } from '../headers/answer-details.ts'
import type { FailureClass } from './failure-class.ts'

/** The kind of failure; each dialect has its own status, type and code for it. */
export type ModelErrorKind =
  | 'invalid-request'
  | 'authentication'
  | 'permission'
  | 'not-found'
  | 'request-too-large'
  | 'unsupported-media-type'
  | 'conflict'
  | 'context-length'
  | 'rate-limited'
  | 'overloaded'
  | 'timeout'
  | 'upstream'
  | 'unavailable'
  | 'internal'

interface ModelErrorOptions {
  readonly status?: number
  readonly code?: string
  readonly param?: string
  readonly retryable?: boolean
  readonly retryAfterSeconds?: number
  readonly failure?: FailureClass
  readonly details?: AnswerDetails
  readonly cause?: unknown
}

/** Codes are in logs. What a provider calls a code, and is free text, is none. */
const codeForm = /^[\w.:/-]{1,64}$/

/**
 * A model call that cannot be answered, in no provider's format. The message is for the caller:
 * what happened and what to do. It never contains a credential, and is cut at 4096 characters
 * and made valid Unicode, for it may quote what was sent.
 */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly kind: ModelErrorKind
  /** HTTP status of the response. */
  readonly status: number
  /** Machine-readable code, such as `model_not_found`; the kind's own for one that is free text. */
  readonly code: string
  /** The request field at fault, such as `messages[0].content`. */
  readonly param: string | undefined
  /** Whether the same call may succeed at another target, or later. */
  readonly retryable: boolean
  /** How long to wait before the same call is sent again; may be a fraction. */
  readonly retryAfterSeconds: number | undefined
  /** What went wrong at the provider; undefined for an error that the gateway itself raises. */
  readonly failure: FailureClass | undefined
  /** What the provider's response says in its headers; undefined where none came, or is not told. */
  readonly details: AnswerDetails | undefined

  constructor(kind: ModelErrorKind, message: string, options: ModelErrorOptions = {}) {
    super(
      cut(message, messageLengthMax),
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    const defaults = kindDefaults[kind]
    this.kind = kind
    this.status = options.status ?? defaults.status
    this.code = codeForm.test(options.code ?? '') ? (options.code ?? '') : defaults.code
    this.param = options.param === undefined ? undefined : cut(options.param, paramLengthMax)
    this.retryable = options.retryable ?? defaults.retryable
    this.retryAfterSeconds = options.retryAfterSeconds
    this.failure = options.failure
    this.details = options.details
  }

  /** This error with some of its fields changed; a plain one, whatever class this one has. */
  with({ message, ...changes }: ModelErrorOptions & { readonly message?: string }): ModelError {
    const { cause, code, details, failure, param, retryable, retryAfterSeconds, status } = this
    return new ModelError(this.kind, message ?? this.message, {
      status,
      code,
      retryable,
      ...(param === undefined ? {} : { param }),
      ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
      ...(failure === undefined ? {} : { failure }),
      ...(details === undefined ? {} : { details }),
      ...(cause === undefined ? {} : { cause }),
      ...changes,
    })
  }
}

/** Errors quote what was sent, which may be as long as a body. */
const messageLengthMax = 4096
const paramLengthMax = 256

function cut(text: string, lengthMax: number): string {
  const short = text.length > lengthMax ? `${text.slice(0, lengthMax)}…` : text
  return short.isWellFormed() ? short : short.toWellFormed()
}

const kindDefaults: Readonly<
  Record<ModelErrorKind, { status: number; code: string; retryable: boolean }>
> = {
  'invalid-request': { status: 400, code: 'invalid_request', retryable: false },
  authentication: { status: 401, code: 'invalid_api_key', retryable: false },
  permission: { status: 403, code: 'permission_denied', retryable: false },
  'not-found': { status: 404, code: 'not_found', retryable: false },
  'request-too-large': { status: 413, code: 'request_too_large', retryable: false },
  'unsupported-media-type': { status: 415, code: 'unsupported_media_type', retryable: false },
  conflict: { status: 409, code: 'conflict', retryable: false },
  'context-length': { status: 400, code: 'context_length_exceeded', retryable: false },
  'rate-limited': { status: 429, code: 'rate_limit_exceeded', retryable: true },
  overloaded: { status: 503, code: 'overloaded', retryable: true },
  timeout: { status: 504, code: 'upstream_timeout', retryable: true },
  upstream: { status: 502, code: 'upstream_error', retryable: true },
  unavailable: { status: 503, code: 'service_unavailable', retryable: true },
  internal: { status: 500, code: 'internal_error', retryable: false },
}
