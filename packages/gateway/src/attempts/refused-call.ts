import type { IncomingHttpHeaders } from 'node:http'
import { ModelError } from '@fairlead/llm'

/** A provider's error answer as it came. */
interface ProviderAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
}

/**
 * The call itself is at fault, told by a provider that speaks the caller's format: the caller gets
 * the provider's answer as it is. For logs and conversations it is the error that was read from it.
 */
export class RefusedCall extends ModelError {
  readonly answer: ProviderAnswer

  constructor(error: ModelError, answer: ProviderAnswer) {
    super(error.kind, error.message, {
      status: answer.status,
      code: error.code,
      retryable: error.retryable,
      ...(error.param === undefined ? {} : { param: error.param }),
      cause: error,
    })
    this.answer = answer
  }
}
