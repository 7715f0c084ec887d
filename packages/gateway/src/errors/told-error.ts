import type { ModelError } from '@fairlead/llm'
import { gatewayError } from './gateway-error.ts'

/**
 * What the caller is told of an error that a provider reported, if no other target answers. The
 * gateway's own key and its bill are not the caller's business; a mistake in the call keeps the
 * provider's wording, and a failure of the provider names it.
 */
export function toldError(error: ModelError, provider: string): ModelError {
  const { details } = error
  const told = inOurWords(error, provider)
  if (told === error || details === undefined) return told
  // What the provider says of its limits and of trying again is of the gateway's key, not the call's.
  const isOfKey = told.failure === undefined
  const { requestId } = details
  return told.with({
    details: isOfKey ? { requestId, shouldRetry: undefined, rateLimits: [] } : details,
  })
}

function inOurWords(error: ModelError, provider: string): ModelError {
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
  const message = `The provider ${provider} answered: ${error.message}`
  return error.with({ message, cause: error })
}
