import { abortReason, Cancellation } from '@fairlead/base'
import type { HeaderFields } from '@fairlead/http1'
import type { UpstreamRequest } from './exchange.ts'
import type { UpstreamPools } from './upstream-pools.ts'

/** A whole answer. */
interface CollectedAnswer {
  readonly status: number
  readonly headers: HeaderFields
  readonly body: Buffer
}

/**
 * Sends a request and collects its answer; undefined for a body of more than `bytesMax`. Rejects with
 * EgressDenied, with the network's error, or with the reason of the signal.
 */
export async function exchangeOnce(
  pools: UpstreamPools,
  route: Parameters<UpstreamPools['acquire']>[0],
  request: UpstreamRequest,
  { bytesMax, signal }: { readonly bytesMax: number; readonly signal: AbortSignal },
): Promise<CollectedAnswer | undefined> {
  const { transport, release } = pools.acquire(route)
  const cancellation = new Cancellation()
  const cancel = () => cancellation.cancel(abortReason(signal))
  if (signal.aborted) cancel()
  signal.addEventListener('abort', cancel, { once: true })
  try {
    const exchange = await transport.open(request, cancellation)
    const { bytes, complete } = await exchange.collect(bytesMax, () => {})
    if (complete) return { status: exchange.status, headers: exchange.headers, body: bytes }
    exchange.abort(new Error('the answer is too long'))
    return undefined
  } catch (error) {
    throw signal.aborted ? abortReason(signal) : error
  } finally {
    signal.removeEventListener('abort', cancel)
    release()
  }
}
