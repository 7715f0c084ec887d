export { BodyTooLarge, ConnectionClosed } from './server/request-errors.ts'
export { ConnectionLost, ConnectTimeout, PoolClosed } from './client/client-errors.ts'
export { ConnectionPool, type PoolOptions } from './client/connection-pool.ts'
export {
  connectorTo,
  type Connect,
  type ConnectOptions,
  type OpenedConnection,
} from './client/connect.ts'
export type { ClientExchange } from './client/client-exchange.ts'
export type { ClientRequest, ResponseHandler } from './client/client-request.ts'
export { HeaderFields } from './message/header-fields.ts'
export { MessageError } from './message/message-error.ts'
export type { RequestHead } from './message/request-head.ts'
export { HttpServer, type ListenTarget } from './server/http-server.ts'
export type { ServerOptions, ServerTimeouts } from './server/server-options.ts'
export type { ServerRequest } from './server/server-request.ts'
export type { ServerResponse } from './server/server-response.ts'
