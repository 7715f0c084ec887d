import { type JsonObject, objectOrEmpty, stringOrUndefined } from '@fairlead/base'
import type { ModelError, ModelErrorKind } from '../../errors/model-error.ts'
import { providerError } from '../../errors/provider-error.ts'

/** HTTP statuses of the error types, for errors that arrive inside a stream. */
const typeStatuses: Readonly<Record<string, { status: number; kind: ModelErrorKind }>> = {
  invalid_request_error: { status: 400, kind: 'invalid-request' },
  authentication_error: { status: 401, kind: 'authentication' },
  billing_error: { status: 402, kind: 'permission' },
  permission_error: { status: 403, kind: 'permission' },
  not_found_error: { status: 404, kind: 'not-found' },
  request_too_large: { status: 413, kind: 'request-too-large' },
  rate_limit_error: { status: 429, kind: 'rate-limited' },
  api_error: { status: 500, kind: 'upstream' },
  timeout_error: { status: 504, kind: 'timeout' },
  overloaded_error: { status: 529, kind: 'overloaded' },
}

/** Reads `{type: "error", error: {type, message}}`, or the error of a proxy in front of the API. */
export function decodeError(
  status: number,
  body: unknown,
  retryAfterSeconds: number | undefined,
): ModelError {
  const outer = objectOrEmpty(body)
  const error = objectOrEmpty(outer['error'])
  const type = stringOrUndefined(error['type'])
  return providerError({
    status,
    message:
      stringOrUndefined(error['message']) ??
      stringOrUndefined(outer['message']) ??
      stringOrUndefined(body),
    kind: type === undefined ? undefined : typeStatuses[type]?.kind,
    retryAfterSeconds,
  })
}

/** Reads an `error` event of a stream, or an error body with status 200. */
export function decodeInlineError(body: unknown): ModelError {
  const type = stringOrUndefined(objectOrEmpty(objectOrEmpty(body)['error'])['type']) ?? ''
  return decodeError(typeStatuses[type]?.status ?? 502, body, undefined)
}

export function encodeError(error: ModelError): {
  readonly status: number
  readonly body: JsonObject
} {
  return {
    status: error.kind === 'overloaded' ? 529 : error.status,
    body: encodeErrorBody(error),
  }
}

export function encodeErrorBody(error: ModelError): JsonObject {
  return { type: 'error', error: { type: errorType(error.kind), message: error.message } }
}

function errorType(kind: ModelErrorKind): string {
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
