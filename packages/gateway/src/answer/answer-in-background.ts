import type { Call } from '../call/call.ts'
import { presentResponse } from '../conversations/present-response.ts'
import { sendJson } from '../http/send-json.ts'
import { ownHeaders } from './reply-headers.ts'

/**
 * Gives the caller of a response that is made in the background its beginning, if it does not want
 * a stream. The call goes on: its answer is only kept.
 */
export function answerInBackground({ http, record, request, response, sink, turn }: Call): void {
  if (response?.response.background !== true || request.sent.stream) return
  const shown = presentResponse(response.response, false)
  record.noteFirstByte()
  sendJson(http.response, 200, shown, ownHeaders(record, turn))
  sink.detach()
}
