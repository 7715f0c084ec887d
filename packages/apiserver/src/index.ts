export { startApiServer } from './api-server.ts'
export type { ApiServer, ApiServerOptions } from './api-server.ts'
