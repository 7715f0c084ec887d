import { isJsonObject, type JsonObject, objectOrEmpty, stringOrUndefined } from '@fairlead/base'
import type { ModelError, ModelErrorKind } from '../../errors/model-error.ts'
import { providerError } from '../../errors/provider-error.ts'

/**
 * Reads an error response of OpenAI (`{error: {message, type, param, code}}`) or of compatible
 * servers: `{error: "text"}`, `{message}` (Mistral, older vLLM), `{detail}` (FastAPI), or text.
 */
export function decodeError(
  status: number,
  body: unknown,
  retryAfterSeconds: number | undefined,
): ModelError {
  const outer = Array.isArray(body) ? objectOrEmpty(body[0]) : objectOrEmpty(body)
  const error = isJsonObject(outer['error']) ? outer['error'] : outer
  const code = stringOrUndefined(error['code'])
  return providerError({
    status,
    message:
      stringOrUndefined(error['message']) ??
      stringOrUndefined(outer['error']) ??
      (outer['detail'] === undefined ? undefined : textOf(outer['detail'])) ??
      stringOrUndefined(body),
    code,
    param: stringOrUndefined(error['param']),
    kind: code === 'model_not_found' ? 'not-found' : undefined,
    retryAfterSeconds,
  })
}

/** Reads an error inside a stream or a 200 response; its code may be an HTTP status. */
export function decodeInlineError(body: unknown): ModelError {
  const error = objectOrEmpty(objectOrEmpty(body)['error'])
  const code = Number(error['status'] ?? error['code'])
  const status = Number.isInteger(code) && code >= 400 && code < 600 ? code : statusOfType(error)
  return decodeError(status, body, undefined)
}

function statusOfType(error: JsonObject): number {
  const words = `${String(error['type'])} ${String(error['code'])}`
  if (words.includes('rate_limit') || words.includes('insufficient_quota')) return 429
  if (words.includes('invalid_request')) return 400
  return words.includes('overloaded') ? 529 : 502
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

export function encodeError(error: ModelError): {
  readonly status: number
  readonly body: JsonObject
} {
  return { status: error.status, body: encodeErrorBody(error) }
}

/** The error in OpenAI's format; also sent as the last event of a stream that breaks off. */
export function encodeErrorBody(error: ModelError): JsonObject {
  return {
    error: {
      message: error.message,
      type: errorType(error.kind),
      param: error.param ?? null,
      code: error.code,
    },
  }
}

function errorType(kind: ModelErrorKind): string {
  switch (kind) {
    case 'rate-limited':
      return 'rate_limit_error'
    case 'permission':
      return 'permission_error'
    case 'authentication':
    case 'conflict':
    case 'context-length':
    case 'invalid-request':
    case 'not-found':
    case 'request-too-large':
    case 'unsupported-media-type':
      return 'invalid_request_error'
    case 'internal':
    case 'overloaded':
    case 'timeout':
    case 'unavailable':
    case 'upstream':
      return 'server_error'
  }
}
