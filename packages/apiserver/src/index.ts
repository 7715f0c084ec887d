export { startApiServer } from './api-server.ts'
export type { ApiServer, ApiServerOptions } from './api-server.ts'
export type { Clock } from './clock.ts'
export type { Logger } from './logger.ts'
