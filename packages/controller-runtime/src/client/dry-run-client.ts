import type { Client } from './client.ts'
import { isWrite, withOptions } from './client-call.ts'
import { clientOf } from './client-of.ts'
import { handlerOf } from './handler-of.ts'

/** A client whose writes are validated and answered as usual, and store nothing; exec is refused. */
export function dryRunClient(client: Client): Client {
  const { send, ...rest } = handlerOf(client)
  return clientOf({
    ...rest,
    async send(call) {
      if (call.verb === 'connect') {
        throw new TypeError(`a dry run of ${call.subresource} is impossible: use another client`)
      }
      return send(isWrite(call) ? withOptions(call, { dryRun: true }) : call)
    },
  })
}
