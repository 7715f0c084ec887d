import { type JsonObject, untilAborted } from '@fairlead/base'
import type { Call } from '../call/call.ts'
import { CallLifetime } from '../call/call-lifetime.ts'
import type { CallRequest } from '../call/call-request.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import { parseJsonObject } from '../http/json-body.ts'
import type { CallTarget } from '../routing/call-target.ts'
import { decodedExchange } from '../upstream/decoded-exchange.ts'
import type { Exchange } from '../upstream/exchange.ts'
import { asFailure } from './as-failure.ts'
import { callerCredential, secretOf } from './caller-credential.ts'
import { CredentialChoice } from './credential-choice.ts'
import { outgoingHeaders, sharedHeaders } from './outgoing-headers.ts'
import { refusedAnswer } from './refused-answer.ts'

/** A count is one small number. */
const answerBytesMax = 64 * 1024

/** What a request for a count takes of a call. */
type Counted = Pick<Call, 'dialect' | 'http' | 'record' | 'route' | 'runtime' | 'services'> & {
  readonly request: CallRequest
}

/**
 * The provider's own count of the tokens of a call in its dialect; undefined where it counts none.
 * Nothing of it is evidence of the provider's health. Rejects with an UpstreamFailure, or because the
 * caller left or `timeoutMs` have passed.
 */
export async function countTokens(
  target: CallTarget,
  asked: Counted,
  timeoutMs: number,
): Promise<JsonObject | undefined> {
  const { dialect, http, request, runtime, services } = asked
  const api = target.apiFor(dialect)
  if (api.dialect.name !== dialect.name || api.prepareCount === undefined) return undefined
  const { provider, model } = target
  const edit = { model, edits: {}, options: api.encoding, outline: request.outline }
  const body = dialect.passage.edit(request.body, request.sent, edit)
  if (body === undefined) return undefined
  const own = callerCredential(target, asked)
  const credential = own === undefined ? new CredentialChoice(services).choose(target) : undefined
  const headers = outgoingHeaders(
    provider.headers,
    http.request.headers,
    sharedHeaders(dialect, api.dialect),
    undefined,
  )
  if (own !== undefined) headers.push(own.name, own.value)
  const lifetime = new CallLifetime(http.response, services.clock, timeoutMs)
  runtime.acquire()
  services.running.add(lifetime)
  let exchange: Exchange | undefined
  try {
    const { settings, basePath } = provider
    const { signal } = lifetime
    const outgoing = { settings, model, stream: false, body, basePath, headers, signal }
    const prepared = await untilAborted(
      Promise.resolve(api.prepareCount(outgoing, credential?.value)),
      signal,
    )
    exchange = decodedExchange(await provider.transport.open(prepared, lifetime), provider.key)
    const { status } = exchange
    if (status < 200 || status >= 300) {
      const secret = own === undefined ? credential?.value : secretOf(own)
      throw await refusedAnswer(exchange, target, secret, asked)
    }
    const { bytes, complete } = await exchange.collect(answerBytesMax, () => {})
    if (!complete) throw gatewayError.upstreamInvalidResponse(provider.key, 'too long for a count')
    return parseJsonObject(bytes)
  } catch (error) {
    throw lifetime.reason ?? asFailure(error, exchange !== undefined, exchange?.status, provider)
  } finally {
    exchange?.abort(new Error('the count has ended'))
    lifetime.end()
    services.running.delete(lifetime)
    runtime.release()
  }
}
