import { ModelError } from '@fairlead/llm'
import type { KeptResponse } from '@fairlead/context'
import type { Call } from '../call/call.ts'
import { presentResponse } from '../conversations/present-response.ts'
import { sendJson } from '../http/send-json.ts'
import { ownHeaders } from './reply-headers.ts'

/**
 * Gives the caller of a response that is made in the background its beginning, if it does not want
 * a stream; for a call that repeats an earlier one, what there is of that one's response. Whether
 * nothing is left to do, because the earlier call makes the answer.
 */
export async function answerInBackground(call: Call): Promise<boolean> {
  const { earlier, http, record, request, sink } = call
  if (request.kept?.background !== true || request.sent.stream) return false
  const response = call.response?.response ?? (await repeatedResponse(call))
  if (response === undefined) return false
  if (earlier !== undefined) record.replay = 'stored' in earlier.answer ? 'stored' : 'joined'
  record.noteFirstByte()
  record.status = 200
  sendJson(http.response, 200, presentResponse(response, false), ownHeaders(call))
  sink.detach()
  return earlier !== undefined
}

/** Undefined if the earlier call has not stored it yet: then its answer is waited for. */
async function repeatedResponse(call: Call): Promise<KeptResponse | undefined> {
  const { caller, earlier, runtime, services } = call
  const { responses } = await services.stores.of(runtime)
  try {
    return await responses.get(caller.tenant, earlier?.id ?? '')
  } catch (error) {
    if (error instanceof ModelError && error.kind === 'not-found') return undefined
    throw error
  }
}
