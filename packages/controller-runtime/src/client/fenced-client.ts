import { openScope } from '@fairlead/base'
import type { Client } from './client.ts'
import { isWrite, withOptions } from './client-call.ts'
import { clientOf } from './client-of.ts'
import { handlerOf } from './handler-of.ts'
import type { WriteFence } from './write-fence.ts'

/**
 * A client whose writes pass a fence, for a client that we did not make: the fence is asked when the
 * call begins, and ends it when it closes. `createClient` asks it right before it sends.
 */
export function fencedClient(client: Client, fence: WriteFence): Client {
  const { send, watch } = handlerOf(client)
  return clientOf({
    watch,
    async send(call) {
      if (!isWrite(call)) return send(call)
      fence.check()
      using scope = openScope({ parents: [call.options.signal, fence.signal] })
      return await send(withOptions(call, { signal: scope.signal }))
    },
  })
}
