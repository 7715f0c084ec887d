import { isJsonObject, type JsonObject, objectOrEmpty, stringOrUndefined } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import { providerError } from '../../errors/provider-error.ts'
import type { AnswerForm } from './answer-form.ts'
import { failures } from './failures.ts'

/** Reads `{error: "…"}`. `status` is undefined for an error inside a stream or a 200. */
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
        stringOrUndefined(error) ??
        // Proxies in front of it answer as OpenAI does.
        stringOrUndefined(objectOrEmpty(error)['message']) ??
        stringOrUndefined(message) ??
        stringOrUndefined(body),
      codes: [],
      isApiError: isJsonObject(body),
      retryAfterSeconds,
    },
    failures,
  )
}

/** Reads the error of a stream, or of a body with status 200. */
export function decodeInlineError(body: unknown): ModelError {
  return decodeError(undefined, body, undefined)
}

/** Why a whole answer of status 200 is none. Undefined for an answer. */
export function answerFailure(answer: object, form: AnswerForm): ModelError | undefined {
  const fields = answer as JsonObject
  if (fields['error'] !== undefined && fields['error'] !== null) return decodeInlineError(fields)
  if (form.isAnswer(fields)) return undefined
  return new ModelError('upstream', 'The provider answered with a body that is not an answer.', {
    failure: 'InvalidAnswer',
  })
}

export function encodeError(error: ModelError): {
  readonly status: number
  readonly body: JsonObject
} {
  return { status: error.status, body: encodeErrorBody(error) }
}

/** The official client shows the text of `error` and nothing else. */
export function encodeErrorBody(error: ModelError): JsonObject {
  return { error: error.message }
}
