import { ModelError } from '@fairlead/llm'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'

/** The text without the key that a provider was asked with. */
export function textWithoutSecret(text: string, secret: string | undefined): string {
  return secret === undefined ? text : text.replaceAll(secret, '[redacted]')
}

/**
 * The failure without the key, should the provider have repeated it in its error; the same one if it
 * has not. Words that were passed on unchanged are then told as ours.
 */
export function withoutSecret(
  failure: UpstreamFailure,
  secret: string | undefined,
): UpstreamFailure {
  const { error, reason, status, wasStale } = failure
  if (secret === undefined) return failure
  const texts = [error.message, error.code, error.param, reason]
  if (!texts.some((text) => text?.includes(secret))) return failure
  const { code, failure: failureClass, kind, message, param, retryAfterSeconds, retryable } = error
  const safe = new ModelError(kind, textWithoutSecret(message, secret), {
    status: error.status,
    code: textWithoutSecret(code, secret),
    retryable,
    ...(failureClass === undefined ? {} : { failure: failureClass }),
    ...(param === undefined ? {} : { param: textWithoutSecret(param, secret) }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  })
  const safeReason = textWithoutSecret(reason, secret)
  return new UpstreamFailure(failure.failure, safe, safeReason, { status, wasStale })
}
