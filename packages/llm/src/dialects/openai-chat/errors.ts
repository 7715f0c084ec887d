import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  numberOrUndefined,
  objectOrEmpty,
  stringOrUndefined,
} from '@fairlead/base'
import { googleRetryDelay } from '../../errors/google-retry-delay.ts'
import { ModelError } from '../../errors/model-error.ts'
import { openAiErrorFields } from '../../errors/openai-error.ts'
import { providerError } from '../../errors/provider-error.ts'
import { failures } from './failures.ts'
import { baseResponseError, reportedError } from './reported-error.ts'

/**
 * Reads an error response of OpenAI (`{error: {message, type, param, code}}`) or of compatible
 * servers: `{error: "text"}`, `{message}` (Mistral, older vLLM), `{detail}` (FastAPI), `{errors}`
 * (Cloudflare), `{base_resp}` (MiniMax), or text.
 * `status` is undefined for an error without one.
 */
export function decodeError(
  status: number | undefined,
  body: unknown,
  retryAfterSeconds: number | undefined,
): ModelError {
  const outer = Array.isArray(body) ? objectOrEmpty(body[0]) : objectOrEmpty(body)
  const error = reportedError(outer) ?? outer
  const code = stringOrUndefined(error['code'])
  const details = arrayOrEmpty(error['details']).map((one) => objectOrEmpty(one)['reason'])
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
        stringOrUndefined(error['status']),
        stringOrUndefined(objectOrEmpty(error['innererror'])['code']),
        ...details.map(stringOrUndefined),
        isFlagged(error) ? 'flagged_input' : undefined,
      ],
      param: stringOrUndefined(error['param']),
      isApiError: isJsonObject(body) || Array.isArray(body),
      retryAfterSeconds: retryAfterSeconds ?? googleRetryDelay(error['details']),
    },
    failures,
  )
}

/** OpenRouter's moderation says what it objects to, beside a message that may say anything. */
function isFlagged(error: JsonObject): boolean {
  const metadata = objectOrEmpty(error['metadata'])
  return metadata['flagged_input'] !== undefined || Array.isArray(metadata['reasons'])
}

/** Reads an error inside a stream or a 200 response; its code may be an HTTP status. */
export function decodeInlineError(body: unknown): ModelError {
  const error = objectOrEmpty(objectOrEmpty(body)['error'])
  const status = [error['status'], error['code']].map(statusOf).find(isErrorStatus)
  return decodeError(status, body, undefined)
}

/** Some servers write it as text. */
function statusOf(value: unknown): number {
  return numberOrUndefined(value) ?? (typeof value === 'string' ? Number(value) : Number.NaN)
}

function isErrorStatus(status: number): boolean {
  return Number.isInteger(status) && status >= 400 && status < 600
}

/**
 * Why a whole answer of status 200 is none: it reports an error, or has no choices. Undefined for
 * an answer.
 */
export function answerFailure(answer: object): ModelError | undefined {
  const { choices, error } = answer as JsonObject
  const baseError = baseResponseError(answer as JsonObject)
  const [first] = arrayOrEmpty(choices)
  if (isReported(error) && first === undefined) return decodeInlineError(answer)
  if (baseError !== undefined && first === undefined) return decodeInlineError(answer)
  const inChoice = objectOrEmpty(first)['error']
  if (isReported(inChoice)) return decodeInlineError({ error: inChoice })
  if (Array.isArray(choices)) return undefined
  return new ModelError(
    'upstream',
    'The provider answered with a body that is not a chat completion.',
    { failure: 'InvalidAnswer' },
  )
}

function isReported(error: unknown): boolean {
  return isJsonObject(error) || (typeof error === 'string' && error !== '')
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
    error: openAiErrorFields(error),
  }
}
