import type { Server } from 'node:http'
import { Server as NetServer } from 'node:net'
import { gatewayError } from './errors/gateway-error.ts'
import type { Services } from './call/services.ts'

/** How long aborted calls may take to answer their callers and to store their turns. */
const abortedGraceMs = 2_000

/** How long a connection that was just accepted may take to show its request. */
const acceptedGraceMs = 200

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
    // That of HTTP would close every idle connection at once, also one whose request is on its way.
    NetServer.prototype.close.call(server, () => resolve())
  })
  const abort = services.clock.setTimer(timeoutMs, () => {
    services.running.abort(gatewayError.shuttingDown())
  })
  const force = services.clock.setTimer(timeoutMs + abortedGraceMs, () => {
    server.closeAllConnections()
  })
  let sweep: NodeJS.Timeout | undefined
  const grace = setTimeout(
    () => {
      sweep = setInterval(() => server.closeIdleConnections(), 50)
      server.closeIdleConnections()
    },
    Math.min(acceptedGraceMs, timeoutMs),
  )
  await closed
  clearTimeout(grace)
  await services.running.ended()
  clearInterval(sweep)
  abort.cancel()
  force.cancel()
}
