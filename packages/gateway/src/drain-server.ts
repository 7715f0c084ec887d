import type { HttpServer } from '@fairlead/http1'
import { gatewayError } from './errors/gateway-error.ts'
import type { Services } from './call/services.ts'

/** How long aborted calls may take to answer their callers and to store their turns. */
const abortedGraceMs = 2_000

/** How long a connection that was just accepted may take to show its request. */
const acceptedGraceMs = 200

/**
 * Stops accepting connections; calls that wait for their turn are refused, others in flight may
 * finish, and are aborted after `timeoutMs`. Connections without a call are closed at once, or, with
 * `idleMs`, stay open for one more for so long, but not after `timeoutMs`. In the second half of
 * that time the one more is refused: what can be sent again is better than what is cut.
 * Resolves when no call is in flight, including those that outlive their caller.
 */
export async function drainServer(
  server: HttpServer,
  services: Services,
  timeoutMs: number,
  idleMs: number,
): Promise<void> {
  const abort = services.clock.setTimer(timeoutMs, () => {
    services.running.abort(gatewayError.shuttingDown())
    server.closeIdle()
  })
  const refuse = services.clock.setTimer(timeoutMs / 2, () => {
    services.running.refusal = gatewayError.shuttingDown()
  })
  services.stores.refuseWaiting(gatewayError.shuttingDown())
  const force = services.clock.setTimer(timeoutMs + abortedGraceMs, () => {
    server.destroyConnections()
  })
  if (idleMs > 0) await server.closeAfterAnswers(idleMs)
  else await server.close(Math.min(acceptedGraceMs, timeoutMs))
  await services.running.ended()
  refuse.cancel()
  abort.cancel()
  force.cancel()
}
