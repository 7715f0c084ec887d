export { startApiServer } from './api-server.ts'
export type { ApiServer, ApiServerOptions } from './api-server.ts'
export type { RequestedChange } from './http/request-changes.ts'
export type { User } from './auth/user.ts'
