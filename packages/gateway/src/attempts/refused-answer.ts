import { parseJson } from '@fairlead/base'
import {
  type FailureClass,
  type ModelError,
  readAnswerDetails,
  withoutCredentials,
} from '@fairlead/llm'
import { gatewayError } from '../errors/gateway-error.ts'
import { answerEncoding } from '../upstream/decoded-exchange.ts'
import type { Exchange } from '../upstream/exchange.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'
import type { Call } from '../call/call.ts'
import type { CallTarget } from '../routing/call-target.ts'
import { RefusedCall } from './refused-call.ts'
import { toldError } from '../errors/told-error.ts'
import { textWithoutSecret } from './without-secret.ts'

const errorBytesMax = 64 * 1024

/** Turns a provider's error response into a failure. */
export async function refusedAnswer(
  exchange: Exchange,
  target: CallTarget,
  credential: string | undefined,
  call: Pick<Call, 'dialect' | 'services'>,
): Promise<UpstreamFailure> {
  const { key } = target.provider
  const { dialect } = target.apiFor(call.dialect)
  const { status } = exchange
  const reason = `status ${status}`
  if (status >= 300 && status < 400) {
    exchange.abort(new Error('redirects are not followed'))
    const error = gatewayError.upstreamRedirect(key, status)
    return new UpstreamFailure('Misconfigured', error, reason, { status })
  }
  const bytes = await readErrorBytes(exchange)
  const isReadable = answerEncoding(exchange.headers) === undefined
  const text = isReadable ? bytes.toString('utf8', 0, errorBytesMax) : ''
  const safeText = withoutKeys(text, credential)
  const body = parsed(safeText)
  const nowMs = call.services.clock.now()
  const details = readAnswerDetails(exchange.headers, dialect.passage.rateLimits, nowMs)
  const seen = dialect.decodeError({ status, body, headers: exchange.headers.toRecord(), nowMs })
  const decoded = forOwner(seen.with({ details }), target)
  const failure = decoded.failure ?? 'ServerError'
  const unchanged =
    dialect.name === call.dialect.name &&
    passedOn.has(failure) &&
    status < 500 &&
    dialect.passage.isErrorBody(body) &&
    safeText === text
  const error = unchanged
    ? new RefusedCall(decoded, { status, headers: exchange.headers, bytes })
    : toldError(decoded, key)
  return new UpstreamFailure(failure, error, reason, { status })
}

/** What is wrong with a caller's own key is the caller's mistake, and tells nothing of the provider. */
function forOwner(error: ModelError, { provider }: CallTarget): ModelError {
  const isCallers = provider.settings.authentication.source === 'Caller'
  return isCallers && error.failure !== undefined && ofKeys.has(error.failure)
    ? gatewayError.providerKeyRefused(provider.key, error)
    : error
}

const ofKeys: ReadonlySet<FailureClass> = new Set<FailureClass>([
  'CredentialRefused',
  'CredentialExpired',
  'CreditExhausted',
])

/** Errors that concern the call itself: its caller gets them as the provider wrote them. */
const passedOn: ReadonlySet<FailureClass> = new Set<FailureClass>([
  'InvalidRequest',
  'ContentRefused',
  'ModelUnavailable',
])

/** Neither the key that was used nor anything that looks like part of one may be forwarded. */
function withoutKeys(text: string, credential: string | undefined): string {
  return withoutCredentials(textWithoutSecret(text, credential))
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
    return parseJson(text)
  } catch {
    return plainText(text)
  }
}

/** The readable text of an error that is not JSON; none for an HTML page. */
function plainText(text: string): string {
  const trimmed = text.trim()
  return trimmed.startsWith('<') ? '' : trimmed.slice(0, 500)
}
