import type { ServerRequest as ConnectedRequest } from './server-request.ts'
import type { ServerResponse as ConnectedResponse } from './server-response.ts'

/** A request as its handler sees it, whether a connection brought it or not. */
export type ServerRequest = Pick<ConnectedRequest, keyof ConnectedRequest>

/** A response as its handler sees it. */
export type ServerResponse = Pick<ConnectedResponse, keyof ConnectedResponse>
