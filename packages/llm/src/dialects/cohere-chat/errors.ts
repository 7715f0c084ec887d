import { isJsonObject, type JsonObject, objectOrEmpty, stringOrUndefined } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import { providerError } from '../../errors/provider-error.ts'
import { failures } from './failures.ts'

/** Reads `{message}`, or the error of a proxy in front of the API. */
export function decodeError(
  status: number | undefined,
  body: unknown,
  retryAfterSeconds: number | undefined,
): ModelError {
  const { error, message } = objectOrEmpty(body)
  return providerError(
    {
      status,
      message:
        stringOrUndefined(message) ??
        stringOrUndefined(error) ??
        stringOrUndefined(objectOrEmpty(error)['message']) ??
        stringOrUndefined(body),
      codes: [],
      isApiError: isJsonObject(body),
      retryAfterSeconds,
    },
    failures,
  )
}

/**
 * Why an answer ended that is none: the generation failed, or took longer than it may.
 * https://docs.cohere.com/reference/chat names the reasons. `end` is the answer, or the `delta` of a
 * stream's last event.
 */
export function endFailure(end: JsonObject): ModelError | undefined {
  const { error, finish_reason: reason } = end
  const message = stringOrUndefined(error)
  if (reason === 'TIMEOUT') {
    return new ModelError(
      'timeout',
      message ?? 'The provider stopped because the answer took too long. Send the request again.',
      { failure: 'Timeout' },
    )
  }
  const failed = typeof reason === 'string' && reason.startsWith('ERROR')
  if (message === undefined && !failed) return undefined
  return decodeError(undefined, { message: message ?? 'The provider failed to answer.' }, undefined)
}

/** Why a whole answer of status 200 is none. Undefined for an answer. */
export function answerFailure(answer: object): ModelError | undefined {
  const fields = answer as JsonObject
  if (isJsonObject(fields['message'])) return endFailure(fields)
  if (typeof fields['message'] === 'string' || fields['error'] !== undefined) {
    return decodeError(undefined, fields, undefined)
  }
  return new ModelError('upstream', 'The provider answered with a body that is not an answer.', {
    failure: 'InvalidAnswer',
  })
}

export function encodeError(error: ModelError): {
  readonly status: number
  readonly body: JsonObject
} {
  return { status: error.status, body: { message: error.message } }
}

/** The last event of a stream that failed. */
export function errorEvent(error: ModelError): JsonObject {
  return { type: 'message-end', delta: { error: error.message, finish_reason: 'ERROR' } }
}
