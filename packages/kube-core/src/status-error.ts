import type { Status, StatusCause, StatusDetails } from './status.ts'
import type { FieldError } from './field-error.ts'
import { goQuote } from './go-quote.ts'
import { toldFieldErrors } from './told-field-errors.ts'

/** A failure as the API server reports it. `status` is the exact response body. */
export class StatusError extends Error {
  readonly status: Status

  constructor(status: Status, options?: ErrorOptions) {
    super(status.message ?? status.reason ?? 'unknown', options)
    this.name = 'StatusError'
    this.status = status
  }

  /** The HTTP status code; 500 when the status has none. */
  get code(): number {
    return this.status.code ?? 500
  }

  /** The machine-readable reason; empty when unknown. */
  get reason(): string {
    return this.status.reason ?? ''
  }

  /** The server's suggested delay before a retry, in seconds; undefined when it gives none. */
  get retryAfterSeconds(): number | undefined {
    return this.status.details?.retryAfterSeconds
  }
}

interface Failure {
  code: number
  reason: string
  message: string
  details?: StatusDetails
}

function failure({ code, reason, message, details }: Failure, cause?: unknown): StatusError {
  const status: Status = {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    ...(reason === '' ? {} : { reason }),
    ...(details === undefined ? {} : { details }),
    code,
  }
  return new StatusError(status, cause === undefined ? undefined : { cause })
}

/** Status details of `deployments.apps` or `Deployment.apps`. */
function detailsOf(qualified: string, name?: string): StatusDetails {
  const dot = qualified.indexOf('.')
  const kind = dot < 0 ? qualified : qualified.slice(0, dot)
  return {
    ...(name ? { name } : {}),
    ...(dot < 0 ? {} : { group: qualified.slice(dot + 1) }),
    ...(kind ? { kind } : {}),
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

const modifiedMeanwhile =
  'the object has been modified; please apply your changes to the latest version and try again'

/**
 * The failures that the API server responds with, in its wording and with its codes. A resource is
 * given as `pods` or `deployments.apps`, a kind as `Pod` or `Deployment.apps`.
 */
export const errors = {
  notFound(resource: string, name: string): StatusError {
    return failure({
      code: 404,
      reason: 'NotFound',
      message: `${resource} ${goQuote(name)} not found`,
      details: detailsOf(resource, name),
    })
  },

  /** The URL does not address a resource that the server knows. */
  unknownResource(): StatusError {
    return failure({
      code: 404,
      reason: 'NotFound',
      message: 'the server could not find the requested resource',
      details: {},
    })
  },

  alreadyExists(resource: string, name: string): StatusError {
    return failure({
      code: 409,
      reason: 'AlreadyExists',
      message: `${resource} ${goQuote(name)} already exists`,
      details: detailsOf(resource, name),
    })
  },

  /** All attempts to generate an unused name from `generateName` failed. */
  generateNameConflict(resource: string, name: string, retryAfterSeconds = 1): StatusError {
    return failure({
      code: 409,
      reason: 'AlreadyExists',
      message: `${resource} ${goQuote(name)} already exists, the server was not able to generate a unique name for the object`,
      details: { ...detailsOf(resource, name), retryAfterSeconds },
    })
  },

  /** `detail` defaults to the message for a stale resource version. */
  conflict(resource: string, name: string, detail: string = modifiedMeanwhile): StatusError {
    return failure({
      code: 409,
      reason: 'Conflict',
      message: `Operation cannot be fulfilled on ${resource} ${goQuote(name)}: ${detail}`,
      details: detailsOf(resource, name),
    })
  },

  /** A server-side apply that conflicts with other managers. */
  applyConflict(message: string, causes: StatusCause[]): StatusError {
    return failure({ code: 409, reason: 'Conflict', message, details: { causes } })
  },

  invalid(kind: string, name: string, found: readonly FieldError[]): StatusError {
    const subject = `${kind} ${goQuote(name)} is invalid`
    const { text, causes } = toldFieldErrors(found)
    return failure({
      code: 422,
      reason: 'Invalid',
      message: causes.length === 0 ? subject : `${subject}: ${text}`,
      details: {
        ...detailsOf(kind, name),
        ...(causes.length === 0 ? {} : { causes }),
      },
    })
  },

  /** A 422 without field errors, for example a patch that does not apply. */
  unprocessable(message: string, cause?: unknown): StatusError {
    return failure({ code: 422, reason: 'Invalid', message, details: {} }, cause)
  },

  badRequest(message: string, cause?: unknown): StatusError {
    return failure({ code: 400, reason: 'BadRequest', message }, cause)
  },

  unauthorized(message = 'Unauthorized'): StatusError {
    return failure({ code: 401, reason: 'Unauthorized', message })
  },

  /** An empty name means the whole resource, an empty resource the request. */
  forbidden(resource: string, name: string, why: string): StatusError {
    const subject = resource === '' ? '' : name === '' ? resource : `${resource} ${goQuote(name)}`
    return failure({
      code: 403,
      reason: 'Forbidden',
      message: subject === '' ? `forbidden: ${why}` : `${subject} is forbidden: ${why}`,
      details: detailsOf(resource, name),
    })
  },

  methodNotSupported(resource: string, verb: string): StatusError {
    return failure({
      code: 405,
      reason: 'MethodNotAllowed',
      message: `${verb} is not supported on resources of kind ${goQuote(resource)}`,
      details: detailsOf(resource),
    })
  },

  /** There is something at the path, but not for this method. */
  methodNotAllowed(): StatusError {
    return failure({
      code: 405,
      reason: 'MethodNotAllowed',
      message: 'the server does not allow this method on the requested resource',
      details: {},
    })
  },

  notAcceptable(message: string, details?: StatusDetails): StatusError {
    const failed = { code: 406, reason: 'NotAcceptable', message }
    return failure(details === undefined ? failed : { ...failed, details })
  },

  unsupportedMediaType(message: string, details?: StatusDetails): StatusError {
    const failed = { code: 415, reason: 'UnsupportedMediaType', message }
    return failure(details === undefined ? failed : { ...failed, details })
  },

  /** The storage did not reach the requested resource version within the deadline. */
  tooLargeResourceVersion(requested: string | number, current: string | number): StatusError {
    return failure({
      code: 504,
      reason: 'Timeout',
      message: `Timeout: Too large resource version: ${requested}, current: ${current}`,
      details: {
        retryAfterSeconds: 1,
        causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      },
    })
  },

  /** The requested resource version or continue token has been compacted (410, reason Expired). */
  expired(message: string): StatusError {
    return failure({ code: 410, reason: 'Expired', message })
  },

  gone(message: string): StatusError {
    return failure({ code: 410, reason: 'Gone', message })
  },

  timeout(message: string, retryAfterSeconds = 0): StatusError {
    return failure({
      code: 504,
      reason: 'Timeout',
      message: `Timeout: ${message}`,
      details: retryAfterSeconds === 0 ? {} : { retryAfterSeconds },
    })
  },

  serverTimeout(resource: string, operation: string, retryAfterSeconds = 0): StatusError {
    return failure({
      code: 500,
      reason: 'ServerTimeout',
      message: `The ${operation} operation against ${resource} could not be completed at this time, please try again.`,
      details: {
        ...detailsOf(resource, operation),
        ...(retryAfterSeconds === 0 ? {} : { retryAfterSeconds }),
      },
    })
  },

  tooManyRequests(message: string, retryAfterSeconds: number): StatusError {
    return failure({
      code: 429,
      reason: 'TooManyRequests',
      message,
      details: retryAfterSeconds === 0 ? {} : { retryAfterSeconds },
    })
  },

  /** `message` may be an error message; `cause` is kept for logs and never sent. */
  internal(message: string, cause?: unknown): StatusError {
    return failure(
      {
        code: 500,
        reason: 'InternalError',
        message: `Internal error occurred: ${message}`,
        details: { causes: [{ message: cause === undefined ? message : messageOf(cause) }] },
      },
      cause,
    )
  },

  /** A failure that the API server reports as a 500 with only a message. */
  unclassified(message: string, cause?: unknown): StatusError {
    return failure({ code: 500, reason: '', message }, cause)
  },

  /** Something that real servers do and this one does not. */
  notImplemented(message: string): StatusError {
    return failure({ code: 501, reason: 'NotImplemented', message })
  },

  serviceUnavailable(message: string): StatusError {
    return failure({ code: 503, reason: 'ServiceUnavailable', message })
  },

  requestEntityTooLarge(message: string): StatusError {
    return failure({
      code: 413,
      reason: 'RequestEntityTooLarge',
      message: `Request entity too large: ${message}`,
    })
  },
}

/** Reasons more specific than their code; a status with one of them is never classified by its code. */
const knownReasons = new Set([
  'Unauthorized',
  'Forbidden',
  'NotFound',
  'AlreadyExists',
  'Conflict',
  'Gone',
  'Invalid',
  'ServerTimeout',
  'StoreReadError',
  'Timeout',
  'TooManyRequests',
  'BadRequest',
  'MethodNotAllowed',
  'NotAcceptable',
  'RequestEntityTooLarge',
  'UnsupportedMediaType',
  'InternalError',
  'Expired',
  'ServiceUnavailable',
])

function is(error: unknown, reason: string, code?: number): boolean {
  if (!(error instanceof StatusError)) return false
  if (error.reason === reason) return true
  return code !== undefined && error.code === code && !knownReasons.has(error.reason)
}

export function isNotFound(error: unknown): boolean {
  return is(error, 'NotFound', 404)
}

export function isAlreadyExists(error: unknown): boolean {
  return is(error, 'AlreadyExists')
}

/** A write conflicted with a newer version of the object, or with another field manager. */
export function isConflict(error: unknown): boolean {
  return is(error, 'Conflict', 409)
}

export function isInvalid(error: unknown): boolean {
  return is(error, 'Invalid', 422)
}

export function isBadRequest(error: unknown): boolean {
  return is(error, 'BadRequest', 400)
}

export function isUnauthorized(error: unknown): boolean {
  return is(error, 'Unauthorized', 401)
}

export function isForbidden(error: unknown): boolean {
  return is(error, 'Forbidden', 403)
}

/** The history that a list or watch asked for has been compacted: list again from the start. */
export function isExpired(error: unknown): boolean {
  return is(error, 'Expired') || is(error, 'Gone', 410)
}

export function isTooManyRequests(error: unknown): boolean {
  return is(error, 'TooManyRequests', 429)
}

export function isTimeout(error: unknown): boolean {
  return is(error, 'Timeout', 504)
}

export function isServiceUnavailable(error: unknown): boolean {
  return is(error, 'ServiceUnavailable', 503)
}

export function isInternalError(error: unknown): boolean {
  return is(error, 'InternalError', 500)
}
