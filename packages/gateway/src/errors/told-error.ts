import { ModelError } from '@fairlead/llm'
import { gatewayError } from './gateway-error.ts'

/**
 * What the caller is told of an error that a provider reported, if no other target answers. The
 * gateway's own key and its bill are not the caller's business; a mistake in the call keeps the
 * provider's wording, and a failure of the provider names it.
 */
export function toldError(error: ModelError, provider: string): ModelError {
  switch (error.failure) {
    case 'CredentialRefused':
    case 'CredentialExpired':
      return gatewayError.upstreamAuthentication(provider)
    case 'CreditExhausted':
      return gatewayError.upstreamCreditExhausted(provider)
    case 'Cut':
      return gatewayError.upstreamCut(provider, error)
    case 'InvalidAnswer':
      return error.code === 'upstream_invalid_response'
        ? error
        : gatewayError.upstreamInvalidResponse(provider, `none of its API. ${error.message}`)
    default:
      return error.status < 500 && error.status !== 429 ? error : named(error, provider)
  }
}

function named(error: ModelError, provider: string): ModelError {
  const { code, failure, param, retryAfterSeconds, retryable, status } = error
  return new ModelError(error.kind, `The provider ${provider} answered: ${error.message}`, {
    status,
    code,
    retryable,
    ...(failure === undefined ? {} : { failure }),
    ...(param === undefined ? {} : { param }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
    cause: error,
  })
}
