import type { ApiRequest } from './api-request.ts'
import type { Handled } from './api-response.ts'

/**
 * Stands before the handling of every authorized request that comes over a connection: what it
 * returns or throws is what the client sees. `proceed` handles the request, at most once.
 * A StatusError is answered, a DroppedConnection breaks the connection.
 */
export type RequestInterceptor = (
  request: ApiRequest,
  proceed: () => Handled | Promise<Handled>,
) => Handled | Promise<Handled>
