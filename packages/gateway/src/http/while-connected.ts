import type { ServerResponse } from '@fairlead/http1'
import { CallerGone } from '../errors/gateway-error.ts'

/**
 * Works for a caller until it has left: then the signal aborts with a CallerGone. For what is answered
 * without a call, which has a lifetime of its own.
 */
export async function whileConnected<T>(
  response: Pick<ServerResponse, 'closed' | 'onClose'>,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  if (response.closed) throw new CallerGone()
  const left = new AbortController()
  response.onClose(() => left.abort(new CallerGone()))
  try {
    return await work(left.signal)
  } finally {
    response.onClose(undefined)
  }
}
