import type { HttpCall } from '../http/http-call.ts'
import { gatewayError } from '../gateway-error.ts'
import type { Runtime } from '../runtime/runtime.ts'
import type { Services } from '../services.ts'

/** Answers `/v1/conversations…`. `segments` begins with `conversations`. */
export function handleConversations(
  http: HttpCall,
  segments: readonly string[],
  _query: URLSearchParams,
  _runtime: Runtime,
  _services: Services,
): Promise<void> {
  return Promise.reject(
    gatewayError.unknownPath(http.request.method ?? '', `/v1/${segments.join('/')}`, []),
  )
}
