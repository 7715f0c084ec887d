import type { Client, WriteOptions } from './client.ts'
import { isFieldWrite, withOptions } from './client-call.ts'
import { clientOf } from './client-of.ts'
import { handlerOf } from './handler-of.ts'

/** A client whose writes have unknown and duplicate fields handled so, unless they say otherwise. */
export function withFieldValidation(
  client: Client,
  fieldValidation: NonNullable<WriteOptions['fieldValidation']>,
): Client {
  const { send, ...rest } = handlerOf(client)
  return clientOf({
    ...rest,
    async send(call) {
      if (!isFieldWrite(call)) return send(call)
      return send(
        withOptions(call, { fieldValidation: call.options.fieldValidation ?? fieldValidation }),
      )
    },
  })
}
