import type { Client } from './client.ts'
import { isWrite, withOptions } from './client-call.ts'
import { clientOf } from './client-of.ts'
import { handlerOf } from './handler-of.ts'

/** A client whose writes are validated and answered as usual, and store nothing. */
export function dryRunClient(client: Client): Client {
  const { send, watch } = handlerOf(client)
  return clientOf({
    watch,
    send: (call) => send(isWrite(call) ? withOptions(call, { dryRun: true }) : call),
  })
}
