import { isJsonObject, type JsonObject, objectOrEmpty, stringOrUndefined } from '@fairlead/base'
import { ModelError, type ModelErrorKind } from '../../errors/model-error.ts'
import { providerError } from '../../errors/provider-error.ts'
import { failures } from './failures.ts'

/**
 * Reads `{type: "error", error: {type, message}}`, or the error of a proxy in front of the API.
 * `status` is undefined for an error without one.
 */
export function decodeError(
  status: number | undefined,
  body: unknown,
  retryAfterSeconds: number | undefined,
): ModelError {
  const outer = objectOrEmpty(body)
  const error = objectOrEmpty(outer['error'])
  const errorCode = stringOrUndefined(objectOrEmpty(error['details'])['error_code'])
  return providerError(
    {
      status,
      message:
        stringOrUndefined(error['message']) ??
        stringOrUndefined(outer['message']) ??
        stringOrUndefined(body),
      code: errorCode,
      codes: [stringOrUndefined(error['type']), errorCode],
      isApiError: isJsonObject(body),
      retryAfterSeconds,
    },
    failures,
  )
}

/** Reads an `error` event of a stream, or an error body with status 200. */
export function decodeInlineError(body: unknown): ModelError {
  return decodeError(undefined, body, undefined)
}

/** Why a whole answer of status 200 is none. Undefined for an answer. */
export function answerFailure(answer: object): ModelError | undefined {
  const { type, content, error } = answer as JsonObject
  if (type === 'error' || (isJsonObject(error) && content === undefined)) {
    return decodeInlineError(answer)
  }
  if (type === 'message' && Array.isArray(content)) return undefined
  return new ModelError('upstream', 'The provider answered with a body that is not a message.', {
    failure: 'InvalidAnswer',
  })
}

export function encodeError(
  error: ModelError,
  requestId?: string,
): {
  readonly status: number
  readonly body: JsonObject
} {
  return {
    status: error.kind === 'overloaded' ? 529 : error.status,
    body: encodeErrorBody(error, requestId),
  }
}

/** The code stands where the official SDKs look for it, beside the type. */
export function encodeErrorBody(
  { code, kind, message, param, status }: ModelError,
  requestId?: string,
): JsonObject {
  const details = { error_code: code, ...(param === undefined ? {} : { param }) }
  return {
    type: 'error',
    error: { type: errorType(kind, status), message, details },
    ...(requestId === undefined ? {} : { request_id: requestId }),
  }
}

function errorType(kind: ModelErrorKind, status: number): string {
  if (status === 402) return 'billing_error'
  switch (kind) {
    case 'authentication':
      return 'authentication_error'
    case 'permission':
      return 'permission_error'
    case 'not-found':
      return 'not_found_error'
    case 'request-too-large':
      return 'request_too_large'
    case 'rate-limited':
      return 'rate_limit_error'
    case 'overloaded':
      return 'overloaded_error'
    case 'timeout':
      return 'timeout_error'
    case 'conflict':
    case 'context-length':
    case 'invalid-request':
    case 'unsupported-media-type':
      return 'invalid_request_error'
    case 'internal':
    case 'unavailable':
    case 'upstream':
      return 'api_error'
  }
}
