import { untilAborted } from '@fairlead/base'
import type { Exchange } from '../upstream/exchange.ts'
import type { OutgoingHttp, OutgoingRequest, ProviderApi } from './provider-type.ts'
import type { ProviderRuntime } from './provider-runtime.ts'

/** A request that can be sent, and what of it must not be repeated. */
export interface PreparedRequest {
  readonly request: OutgoingHttp
  /** Undefined where nothing was added that the credential is not itself. */
  readonly secret: string | undefined
}

/**
 * The HTTP request for one attempt, addressed and authenticated. A promise only where something has to
 * be waited for; it rejects with the reason once the attempt's signal has aborted. With a `callersKey`
 * the request has its proof already.
 */
export function prepareRequest(
  { authorizer }: ProviderRuntime,
  api: ProviderApi,
  outgoing: OutgoingRequest,
  credential: string | undefined,
  callersKey: boolean,
): PreparedRequest | Promise<PreparedRequest> {
  const prepared = api.prepare(outgoing, credential)
  if (authorizer !== undefined && !callersKey) {
    const { signal } = outgoing
    const proven = Promise.resolve(prepared).then(async (request) => {
      const { headers, secret } = await authorizer.prove(request, credential, signal)
      return { request: { ...request, headers: [...request.headers, ...headers] }, secret }
    })
    return untilAborted(proven, signal)
  }
  return prepared instanceof Promise
    ? untilAborted(prepared, outgoing.signal).then(withoutSecret)
    : withoutSecret(prepared)
}

/** An answer in the frames of the API's dialect. */
export function answerOfApi(api: ProviderApi, exchange: Exchange): Exchange {
  return api.adaptAnswer === undefined ? exchange : api.adaptAnswer(exchange)
}

function withoutSecret(request: OutgoingHttp): PreparedRequest {
  return { request, secret: undefined }
}
