import type { Runnable } from '../runnable.ts'
import type { HttpServer } from './http-server.ts'

/** A server, and what must run beside it. */
export interface ServerParts {
  readonly server: HttpServer
  readonly runnables: readonly Runnable[]
}
