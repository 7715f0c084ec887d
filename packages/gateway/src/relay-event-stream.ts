import { untilAborted } from '@fairlead/base'
import { CallLifetime } from './call/call-lifetime.ts'
import type { HttpCall } from './call/http-call.ts'
import type { Services } from './call/services.ts'
import type { EventStream } from './http/event-stream.ts'
import type { Runtime } from './runtime/runtime.ts'

/**
 * Sends a stream of the gateway's own, as fast as its caller reads. It ends with what it tells, or
 * when the caller leaves, time is up or the gateway stops; a cut stream closes the connection.
 */
export async function relayEventStream(
  stream: EventStream,
  { record, response }: HttpCall,
  runtime: Runtime,
  { clock, running }: Services,
): Promise<void> {
  const { requestTimeoutMs } = runtime.snapshot.gateway.limits
  const lifetime = new CallLifetime(response, clock, requestTimeoutMs)
  running.add(lifetime)
  try {
    response.start(200, [
      'content-type',
      stream.contentType,
      'cache-control',
      'no-cache',
      'x-fairlead-request-id',
      record.requestId,
    ])
    for (;;) {
      const piece = await stream.next(lifetime.signal)
      if (piece === undefined) break
      const drained = response.write(piece)
      if (drained !== undefined) await untilAborted(drained, lifetime.signal)
    }
    response.end()
  } finally {
    running.delete(lifetime)
    lifetime.end()
  }
}
