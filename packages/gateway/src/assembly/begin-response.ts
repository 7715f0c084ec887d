import { objectOrEmpty } from '@fairlead/base'
import type { OpenResponse } from '@fairlead/context'
import { chatFormatOf } from '@fairlead/llm'
import { responseBody } from '../conversations/present-response.ts'
import type { Call } from '../call/call.ts'
import { ResponseCancelled } from '../errors/gateway-error.ts'
import { keptInput } from './kept-input.ts'

/**
 * Stores the response that a call asks for before its model is asked, if it is to be kept, and sets
 * `call.response`; that of a call that this one repeats is kept already. Whoever cancels it ends the
 * call. Throws `store_unavailable`.
 */
export async function beginResponse(call: Call): Promise<OpenResponse | undefined> {
  const { answer, caller, dialect, earlier, lifetime, request, runtime, services, turn } = call
  const { kept } = request
  if (kept?.store !== true || earlier !== undefined) return undefined
  const { responses } = await services.stores.of(runtime)
  const { background, previous = null } = kept
  const conversation = turn?.conversation.id ?? null
  request.keepRepeated(dialect.passage, {
    store: true,
    background,
    ...(conversation === null ? {} : { conversation: { id: conversation } }),
  })
  // Under an id that whoever repeats the call is told, too.
  const id = turn?.turn.response ?? answer?.id ?? responses.newId()
  const created_at = Math.floor(services.clock.now() / 1000)
  const shown = chatFormatOf(dialect).encodeResponse(
    { id, model: request.model, createdAt: created_at, output: [], finishReason: 'stop' },
    { repeated: request.repeated },
  )
  const response = {
    id,
    tenant: caller.tenant,
    previous,
    conversation,
    status: background ? 'queued' : 'in_progress',
    background,
    body: responseBody(objectOrEmpty(shown)),
    input: keptInput(request.fields()['input'], (prefix) => responses.newItemId(prefix)),
    created_at,
  } as const
  call.response = await responses.begin(response, () => {
    lifetime.cancel(new ResponseCancelled())
  })
  // Its turn has come and its model is asked: whoever retrieves it sees that it is no longer queued.
  if (background) call.response.flush(undefined, [])
  return call.response
}
