import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  numberOrUndefined,
  objectOrEmpty,
  stringOrUndefined,
} from '@fairlead/base'
import { googleRetryDelay } from '../../errors/google-retry-delay.ts'
import { ModelError, type ModelErrorKind } from '../../errors/model-error.ts'
import { providerError } from '../../errors/provider-error.ts'
import { failures } from './failures.ts'

const infoType = 'type.googleapis.com/google.rpc.ErrorInfo'
const retryType = 'type.googleapis.com/google.rpc.RetryInfo'

/**
 * Reads `{error: {code, message, status, details}}` (https://cloud.google.com/apis/design/errors), in a
 * list where a stream was asked for. How long to wait may stand in the details. `status` is
 * undefined for an error without one.
 */
export function decodeError(
  status: number | undefined,
  body: unknown,
  retryAfterSeconds: number | undefined,
): ModelError {
  const outer = objectOrEmpty(Array.isArray(body) ? body[0] : body)
  const error = objectOrEmpty(outer['error'])
  const details = arrayOrEmpty(error['details']).filter(isJsonObject)
  const info = details.find((detail) => detail['@type'] === infoType)
  const name = stringOrUndefined(error['status'])
  return providerError(
    {
      status,
      message:
        stringOrUndefined(error['message']) ??
        stringOrUndefined(outer['message']) ??
        stringOrUndefined(body),
      codes: [name, stringOrUndefined(info?.['reason'])],
      ...(name === undefined ? {} : { code: name }),
      isApiError: isJsonObject(outer['error']),
      retryAfterSeconds: retryAfterSeconds ?? googleRetryDelay(details),
    },
    failures,
  )
}

/** Reads an error in a stream, or an error body with status 200. */
export function decodeInlineError(body: unknown): ModelError {
  const code = numberOrUndefined(objectOrEmpty(objectOrEmpty(body)['error'])['code'])
  const isStatus = code !== undefined && code >= 400 && code < 600
  return decodeError(isStatus ? code : undefined, body, undefined)
}

/** Why a whole answer of status 200 is none. Undefined for an answer. */
export function answerFailure(answer: object): ModelError | undefined {
  const { candidates, error, promptFeedback } = answer as JsonObject
  if (isJsonObject(error)) return decodeInlineError(answer)
  if (arrayOrEmpty(candidates).length > 0 || isJsonObject(promptFeedback)) return undefined
  return new ModelError('upstream', 'The provider answered with a body that has no candidates.', {
    failure: 'InvalidAnswer',
  })
}

export function encodeError(error: ModelError): {
  readonly status: number
  readonly body: JsonObject
} {
  return { status: error.status, body: encodeErrorBody(error) }
}

export function encodeErrorBody(error: ModelError): JsonObject {
  const { code, message, param, retryAfterSeconds, status } = error
  const metadata = param === undefined ? {} : { metadata: { param } }
  return {
    error: {
      code: status,
      message,
      status: statusName(error.kind),
      details: [
        { '@type': infoType, reason: code, domain: 'fairlead.dev', ...metadata },
        ...(retryAfterSeconds === undefined
          ? []
          : [{ '@type': retryType, retryDelay: `${retryAfterSeconds}s` }]),
      ],
    },
  }
}

/** https://ai.google.dev/gemini-api/docs/troubleshooting */
function statusName(kind: ModelErrorKind): string {
  switch (kind) {
    case 'authentication':
      return 'UNAUTHENTICATED'
    case 'permission':
      return 'PERMISSION_DENIED'
    case 'not-found':
      return 'NOT_FOUND'
    case 'rate-limited':
      return 'RESOURCE_EXHAUSTED'
    case 'timeout':
      return 'DEADLINE_EXCEEDED'
    case 'conflict':
      return 'ABORTED'
    case 'context-length':
    case 'invalid-request':
    case 'request-too-large':
    case 'unsupported-media-type':
      return 'INVALID_ARGUMENT'
    case 'internal':
      return 'INTERNAL'
    case 'overloaded':
    case 'unavailable':
    case 'upstream':
      return 'UNAVAILABLE'
  }
}
