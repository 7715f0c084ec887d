import type { Server } from 'node:http'
import { gatewayError } from './errors/gateway-error.ts'
import type { Services } from './call/services.ts'

/** How long aborted calls may take to answer their callers and to store their turns. */
const abortedGraceMs = 2_000

/**
 * Stops accepting connections; calls in flight may finish, and are aborted after `timeoutMs`.
 * Resolves when no call is in flight, including those that outlive their caller.
 */
export async function drainServer(
  server: Server,
  services: Services,
  timeoutMs: number,
): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  server.on('request', (_request, response) => {
    response.once('finish', () => setImmediate(() => server.closeIdleConnections()))
  })
  const abort = services.clock.setTimer(timeoutMs, () => {
    services.running.abort(gatewayError.shuttingDown())
  })
  const force = services.clock.setTimer(timeoutMs + abortedGraceMs, () => {
    server.closeAllConnections()
  })
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  server.closeIdleConnections()
  await closed
  await services.running.ended()
  clearInterval(sweep)
  abort.cancel()
  force.cancel()
}
