import type { Client } from './client.ts'
import { isFieldWrite, withOptions } from './client-call.ts'
import { clientOf } from './client-of.ts'
import { handlerOf } from './handler-of.ts'

/** A client whose writes are in the name of this field manager, unless they name another. */
export function withFieldOwner(client: Client, owner: string): Client {
  const { send, ...rest } = handlerOf(client)
  return clientOf({
    ...rest,
    async send(call) {
      if (!isFieldWrite(call)) return send(call)
      return send(withOptions(call, { fieldManager: call.options.fieldManager ?? owner }))
    },
  })
}
