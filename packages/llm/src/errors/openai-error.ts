import type { JsonObject } from '@fairlead/base'
import type { ModelError, ModelErrorKind } from './model-error.ts'

/** The fields of an error as every API of OpenAI has them. */
export function openAiErrorFields(error: ModelError): JsonObject {
  return {
    message: error.message,
    type: errorType(error.kind),
    param: error.param ?? null,
    code: error.code,
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
