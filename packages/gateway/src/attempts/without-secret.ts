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
  const texts = [error.message, error.code, error.param, error.details?.requestId, reason]
  if (!texts.some((text) => text?.includes(secret))) return failure
  const { code, details, message, param } = error
  const isInId = details?.requestId?.includes(secret) === true
  const safe = error.with({
    message: textWithoutSecret(message, secret),
    code: textWithoutSecret(code, secret),
    ...(param === undefined ? {} : { param: textWithoutSecret(param, secret) }),
    ...(isInId ? { details: { ...details, requestId: undefined } } : {}),
  })
  const safeReason = textWithoutSecret(reason, secret)
  return new UpstreamFailure(failure.failure, safe, safeReason, { status, wasStale })
}
