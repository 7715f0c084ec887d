import { openScope } from '@fairlead/base'
import type { Client } from './client.ts'
import { type ConnectCall, isWrite, withOptions } from './client-call.ts'
import { clientOf } from './client-of.ts'
import { handlerOf } from './handler-of.ts'
import type { WriteFence } from './write-fence.ts'

/**
 * A client whose writes pass a fence, for a client that we did not make: the fence is asked when the
 * call begins, and ends it when it closes. `createClient` asks it right before it sends.
 */
export function fencedClient(client: Client, fence: WriteFence): Client {
  const { send, ...rest } = handlerOf(client)
  return clientOf({
    ...rest,
    async send(call) {
      if (!isWrite(call)) return send(call)
      fence.check()
      if (call.verb === 'connect') return send(whileOpen(call, fence))
      using scope = openScope({ parents: [call.options.signal, fence.signal] })
      return await send(withOptions(call, { signal: scope.signal }))
    },
  })
}

/** What goes on after the call has been answered ends when the fence closes, too. */
function whileOpen(call: ConnectCall, fence: WriteFence): ConnectCall {
  const { signal } = call.options
  const signals = signal === undefined ? [fence.signal] : [signal, fence.signal]
  return withOptions(call, { signal: AbortSignal.any(signals) })
}
