import { isJsonObject, type JsonObject, objectOrEmpty, stringOrUndefined } from '@fairlead/base'
import { ModelError, type ModelErrorKind } from '../../errors/model-error.ts'
import { providerError } from '../../errors/provider-error.ts'
import { failures } from './failures.ts'

interface SeenError {
  /** Undefined for an error without one. */
  readonly status: number | undefined
  /** AWS's name of it: of `x-amzn-errortype`, or of the event. */
  readonly name: string | undefined
  readonly body: unknown
  readonly retryAfterSeconds: number | undefined
}

/** Reads `{message}`, whose name stands in a header, in `__type`, or in the event that it is. */
export function decodeError({ status, name, body, retryAfterSeconds }: SeenError): ModelError {
  const fields = objectOrEmpty(body)
  return providerError(
    {
      status,
      message:
        stringOrUndefined(fields['message']) ??
        stringOrUndefined(fields['Message']) ??
        stringOrUndefined(body),
      codes: [bareName(name ?? stringOrUndefined(fields['__type']))],
      isApiError: isJsonObject(body),
      retryAfterSeconds,
    },
    failures,
  )
}

/** `com.amazon#Name:https://…` is the name with its namespace and its address. */
function bareName(name: string | undefined): string | undefined {
  return name?.split(':')[0]?.split('#').at(-1)?.toLowerCase()
}

/** The error that an event of a stream is; undefined for any other event. */
export function errorOfEvent(event: JsonObject): ModelError | undefined {
  for (const [name, body] of Object.entries(event)) {
    if (!/exception$/i.test(name) && name !== 'error') continue
    const named = name === 'error' ? undefined : name
    return decodeError({ status: undefined, name: named, body, retryAfterSeconds: undefined })
  }
  return undefined
}

/** Why a whole answer of status 200 is none. Undefined for an answer. */
export function answerFailure(answer: object): ModelError | undefined {
  const fields = answer as JsonObject
  const { message } = objectOrEmpty(fields['output'])
  if (isJsonObject(message) && Array.isArray(message['content'])) return undefined
  if (typeof (fields['message'] ?? fields['Message']) === 'string') {
    return decodeError({
      status: undefined,
      name: undefined,
      body: fields,
      retryAfterSeconds: undefined,
    })
  }
  return new ModelError('upstream', 'The provider answered with a body that is not an answer.', {
    failure: 'InvalidAnswer',
  })
}

export function encodeError(error: ModelError): {
  readonly status: number
  readonly body: JsonObject
} {
  const { message, status } = error
  return { status, body: { __type: exceptionOf(error.kind), message } }
}

/** The event that ends a stream which cannot continue. */
export function errorEvent(error: ModelError): JsonObject {
  const name = exceptionOf(error.kind)
  const event = name.charAt(0).toLowerCase() + name.slice(1)
  return { [event]: { message: error.message } }
}

function exceptionOf(kind: ModelErrorKind): string {
  switch (kind) {
    case 'authentication':
    case 'permission':
      return 'AccessDeniedException'
    case 'not-found':
      return 'ResourceNotFoundException'
    case 'rate-limited':
      return 'ThrottlingException'
    case 'overloaded':
    case 'unavailable':
      return 'ServiceUnavailableException'
    case 'timeout':
      return 'ModelTimeoutException'
    case 'conflict':
      return 'ConflictException'
    case 'context-length':
    case 'invalid-request':
    case 'request-too-large':
    case 'unsupported-media-type':
      return 'ValidationException'
    case 'upstream':
      return 'ModelStreamErrorException'
    case 'internal':
      return 'InternalServerException'
  }
}
