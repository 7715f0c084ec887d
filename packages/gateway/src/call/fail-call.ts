import { abortReason } from '@fairlead/base'
import { CallerGone, toModelError } from '../gateway-error.ts'
import { sendBytes, sendError } from '../http/send-json.ts'
import type { CallScope } from './handle-call.ts'
import { RefusedCall } from './refused-call.ts'
import { ownHeaders, upstreamHeaders } from './reply-headers.ts'

/** What access logs write for a caller who left before the answer; nobody is sent it. */
const callerLeftStatus = 499

/** Ends a call that failed: the turn first, then the caller, as far as either is there. */
export async function failCall(thrown: unknown, scope: CallScope): Promise<void> {
  const { http, services, lifetime, recorder } = scope
  const { record, response } = http
  const reason = lifetime.signal.aborted ? abortReason(lifetime.signal) : thrown
  if (reason instanceof CallerGone) {
    record.status = callerLeftStatus
    record.errorCode = 'caller_left'
    return
  }
  const error = toModelError(reason)
  record.errorCode = error.code
  if (error.kind === 'internal') {
    services.logger.error({ requestId: record.requestId, err: error.cause }, 'call failed')
  }
  try {
    await recorder?.fail(error)
  } catch (storeError) {
    services.logger.error(
      { requestId: record.requestId, conversation: record.conversation, err: storeError },
      'a failed turn could not be stored',
    )
  }
  if (response.headersSent) {
    if (!response.writableEnded) response.destroy()
    return
  }
  record.status = error.status
  const own = ownHeaders(record, recorder?.turn)
  if (error instanceof RefusedCall) {
    const { status, headers, bytes } = error.answer
    sendBytes(response, status, bytes, [...upstreamHeaders(headers), ...own])
  } else {
    sendError(response, error, services.dialect, own)
  }
}
