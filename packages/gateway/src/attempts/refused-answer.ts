import { ModelError, withoutCredentials } from '@fairlead/llm'
import { gatewayError } from '../errors/gateway-error.ts'
import type { Exchange } from '../upstream/exchange.ts'
import { type FailureKind, UpstreamFailure } from '../upstream/upstream-failure.ts'
import type { Call } from '../call/call.ts'
import type { CallTarget } from '../routing/call-target.ts'
import { answerEncoding } from './answer-encoding.ts'
import { RefusedCall } from './refused-call.ts'

const errorBytesMax = 64 * 1024

/** Turns a provider's error response into a failure, and notes the provider's health. */
export async function refusedAnswer(
  exchange: Exchange,
  target: CallTarget,
  credential: string | undefined,
  call: Call,
): Promise<UpstreamFailure> {
  const { key, type, state } = target.provider
  const { status } = exchange
  if (status >= 300 && status < 400) {
    exchange.abort(new Error('redirects are not followed'))
    return new UpstreamFailure('Target', gatewayError.upstreamRedirect(key, status))
  }
  const bytes = await readErrorBytes(exchange)
  const isReadable = answerEncoding(exchange.headers) === undefined
  const text = isReadable ? bytes.toString('utf8', 0, errorBytesMax) : ''
  const safeText = withoutKeys(text, credential)
  const body = parsed(safeText)
  if (status === 401 || status === 403) {
    const error = gatewayError.upstreamAuthentication(key)
    state.note('Unauthorized', error.message)
    return new UpstreamFailure('Credential', error)
  }
  const nowMs = call.services.clock.now()
  const decoded = type.dialect.decodeError({
    status,
    body,
    headers: exchange.headers.toRecord(),
    nowMs,
  })
  noteHealth(target, status, decoded.message)
  const unchanged =
    type.dialect.name === call.dialect.name &&
    isCallersFault(status) &&
    type.dialect.passage.isErrorBody(body) &&
    safeText === text
  const error = unchanged
    ? new RefusedCall(decoded, { status, headers: exchange.headers, bytes })
    : withProviderName(decoded, key)
  return new UpstreamFailure(kindOf(status), error)
}

/**
 * Whether the caller is at fault: 402, 408 and 429 are about the provider's billing, timeouts and
 * load.
 */
function isCallersFault(status: number): boolean {
  return status < 500 && status !== 402 && status !== 408 && status !== 429
}

/** Neither the key that was used nor anything that looks like part of one may be forwarded. */
function withoutKeys(text: string, credential: string | undefined): string {
  const rest = credential === undefined ? text : text.replaceAll(credential, '[redacted]')
  return withoutCredentials(rest)
}

function kindOf(status: number): FailureKind {
  if (status === 429) return 'RateLimited'
  if (status === 408 || status === 504) return 'Timeout'
  return status >= 500 ? 'ServerError' : 'Final'
}

function noteHealth(target: CallTarget, status: number, message: string): void {
  const { state } = target.provider
  if (status === 429) state.note('RateLimited', message)
  else if (status >= 500) state.note('Unreachable', `It answered with status ${status}.`)
}

/**
 * A caller's mistake keeps the provider's wording; a failure of the provider names the provider.
 */
function withProviderName(error: ModelError, provider: string): ModelError {
  if (error.status < 500 && error.status !== 429) return error
  return new ModelError(error.kind, `The provider ${provider} answered: ${error.message}`, {
    status: error.status,
    code: error.code,
    retryable: error.retryable,
    ...(error.param === undefined ? {} : { param: error.param }),
    ...(error.retryAfterSeconds === undefined
      ? {}
      : { retryAfterSeconds: error.retryAfterSeconds }),
    cause: error,
  })
}

async function readErrorBytes(exchange: Exchange): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for (;;) {
    const chunk = await exchange.next().catch(() => undefined)
    if (chunk === undefined) break
    chunks.push(chunk)
    length += chunk.length
    if (length > errorBytesMax) {
      exchange.abort(new Error('the error response is too long'))
      break
    }
  }
  return Buffer.concat(chunks)
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return plainText(text)
  }
}

/** The readable text of an error that is not JSON; none for an HTML page. */
function plainText(text: string): string {
  const trimmed = text.trim()
  return trimmed.startsWith('<') ? '' : trimmed.slice(0, 500)
}
