import type { HeaderFields } from '@fairlead/http1'
import { ModelError } from '@fairlead/llm'

/** A provider's error response as received. */
interface ProviderAnswer {
  readonly status: number
  readonly headers: HeaderFields
  readonly bytes: Buffer
}

/**
 * The call itself is at fault, according to a provider that speaks the caller's dialect: the caller
 * gets the provider's response unchanged. Logs and conversations get the error decoded from it.
 */
export class RefusedCall extends ModelError {
  readonly answer: ProviderAnswer

  constructor(error: ModelError, answer: ProviderAnswer) {
    super(error.kind, error.message, {
      status: answer.status,
      code: error.code,
      retryable: error.retryable,
      ...(error.failure === undefined ? {} : { failure: error.failure }),
      ...(error.param === undefined ? {} : { param: error.param }),
      ...(error.details === undefined ? {} : { details: error.details }),
      cause: error,
    })
    this.answer = answer
  }
}
