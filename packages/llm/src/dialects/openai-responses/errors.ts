import { isJsonObject, type JsonObject, objectOrEmpty, stringOrUndefined } from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import { openAiErrorFields } from '../../errors/openai-error.ts'
import { providerError } from '../../errors/provider-error.ts'
import { failures } from './failures.ts'

/**
 * Reads an error response, `{error: {message, type, param, code}}`, or of compatible servers
 * `{error: "text", code}` (xAI), `{message}`, `{detail}`, or text. `status` is undefined for an
 * error without one.
 */
export function decodeError(
  status: number | undefined,
  body: unknown,
  retryAfterSeconds: number | undefined,
): ModelError {
  const outer = objectOrEmpty(body)
  const error = isJsonObject(outer['error']) ? outer['error'] : outer
  const code = stringOrUndefined(error['code'])
  return providerError(
    {
      status,
      message:
        stringOrUndefined(error['message']) ??
        stringOrUndefined(outer['error']) ??
        (outer['detail'] === undefined ? undefined : textOf(outer['detail'])) ??
        stringOrUndefined(body),
      code,
      codes: [
        code,
        stringOrUndefined(error['type']),
        stringOrUndefined(objectOrEmpty(error['innererror'])['code']),
      ],
      param: stringOrUndefined(error['param']),
      isApiError: isJsonObject(body),
      retryAfterSeconds,
    },
    failures,
  )
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** Whether an event of a stream says that the answer failed. */
export function isErrorEvent(event: JsonObject): boolean {
  return event['type'] === 'error' || event['type'] === 'response.failed' || isReported(event)
}

/** Frames of proxies report an error without an event's type. */
function isReported({ type, error }: JsonObject): boolean {
  return type === undefined && error !== undefined && error !== null
}

/**
 * Reads an `error` event, whose fields stand in `error` or in the event itself, or a failed
 * response.
 */
export function decodeEventError(event: JsonObject): ModelError {
  const { error, response } = event
  if (isJsonObject(response)) return decodeInlineError(response)
  const { type: _, ...fields } = event
  return decodeInlineError({ error: error ?? fields })
}

function decodeInlineError(body: JsonObject): ModelError {
  const error = objectOrEmpty(body['error'])
  const status = [error['status'], error['code']].map(Number).find(isErrorStatus)
  return decodeError(status, body, undefined)
}

function isErrorStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 400 && status < 600
}

/**
 * Why a whole answer of status 200 is none: it reports an error, or is no response. Undefined for an
 * answer.
 */
export function answerFailure(answer: object): ModelError | undefined {
  const body = answer as JsonObject
  const { error, output, status } = body
  if (status === 'failed' || (error !== undefined && error !== null && !Array.isArray(output))) {
    return decodeInlineError(body)
  }
  if (Array.isArray(output)) return undefined
  return new ModelError('upstream', 'The provider answered with a body that is not a response.', {
    failure: 'InvalidAnswer',
  })
}

export function encodeError(error: ModelError): {
  readonly status: number
  readonly body: JsonObject
} {
  return { status: error.status, body: { error: openAiErrorFields(error) } }
}

/**
 * The event of a stream that breaks off. The API description has its fields in the event itself;
 * OpenAI's servers send them in `error`, which is what the official SDKs raise.
 */
export function errorEvent(error: ModelError, sequenceNumber: number): JsonObject {
  const { code, message, param } = openAiErrorFields(error)
  return {
    type: 'error',
    sequence_number: sequenceNumber,
    code,
    message,
    param,
    error: openAiErrorFields(error),
  }
}

/**
 * The `error` of a failed response. Its codes are few in the API description; two more are sent by
 * OpenAI, and Codex looks for them.
 */
export function failedResponseError(error: ModelError): JsonObject {
  return { code: failedCode(error), message: error.message }
}

function failedCode({ kind, failure }: ModelError): string {
  if (kind === 'context-length') return 'context_length_exceeded'
  if (failure === 'CreditExhausted') return 'insufficient_quota'
  if (kind === 'rate-limited') return 'rate_limit_exceeded'
  return failure === 'ContentRefused' ? 'invalid_prompt' : 'server_error'
}
