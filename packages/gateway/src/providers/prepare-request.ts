import { untilAborted } from '@fairlead/base'
import type { Exchange } from '../upstream/exchange.ts'
import type { OutgoingHttp, OutgoingRequest, ProviderApi } from './provider-type.ts'
import type { ProviderRuntime } from './provider-runtime.ts'
import type { RequestProof } from './request-authorizer.ts'

/** A request that can be sent. */
export interface PreparedRequest {
  readonly request: OutgoingHttp
  /** What proves who asks; undefined where that is the credential itself. */
  readonly proof: RequestProof | undefined
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
      const proof = await authorizer.prove(request, credential, signal)
      const headers = [...request.headers, ...proof.headers]
      return { request: { ...request, headers }, proof }
    })
    return untilAborted(proven, signal)
  }
  return prepared instanceof Promise
    ? untilAborted(prepared, outgoing.signal).then(withoutProof)
    : withoutProof(prepared)
}

/** An answer in the frames of the API's dialect. */
export function answerOfApi(api: ProviderApi, exchange: Exchange): Exchange {
  return api.adaptAnswer === undefined ? exchange : api.adaptAnswer(exchange)
}

function withoutProof(request: OutgoingHttp): PreparedRequest {
  return { request, proof: undefined }
}
