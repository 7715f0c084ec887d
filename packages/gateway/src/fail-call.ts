import type { ModelError } from '@fairlead/llm'
import type { AnswerTap } from './answer/answer-tap.ts'
import { keptHeaders, ownHeaders } from './answer/reply-headers.ts'
import { limitHeaders, withoutRateLimits } from './answer/limit-headers.ts'
import { RefusedCall } from './attempts/refused-call.ts'
import type { Call } from './call/call.ts'
import { noteRefusedAccess } from './call/note-access.ts'
import { CallerGone } from './errors/gateway-error.ts'
import { retryHeaders } from './http/error-headers.ts'
import { requestIdHeaders } from './http/request-id-headers.ts'
import { sendBytes, sendError } from './http/send-json.ts'
import { errorForCaller } from './upstream/upstream-failure.ts'

/** Ends a failed call: first its taps, then its response, if the caller is still connected. */
export async function failCall(
  thrown: unknown,
  call: Call,
  taps: readonly AnswerTap[],
): Promise<void> {
  const { dialect, http, lifetime, record, services } = call
  const { response } = http
  const reason = lifetime.reason ?? thrown
  const error = errorForCaller(reason)
  record.errorCode = error.code
  noteRefusedAccess(error, record, services.metrics)
  record.callerAddress = http.request.remoteAddress
  if (error.kind === 'internal') {
    services.logger.error({ requestId: record.requestId, err: error.cause }, 'call failed')
  }
  await endTaps(error, call, taps)
  if (error instanceof CallerGone) record.status = error.status
  if (response.started) {
    if (!response.ended) response.destroy()
    return
  }
  record.status = error.status
  const own = [...ownHeaders(call), ...limitHeaders(record, dialect, services.clock.now())]
  if (error instanceof RefusedCall) {
    const { status, headers, bytes } = error.answer
    const all = keptHeaders(headers, [...dialect.passage.answerHeaders, ...retryHeaders])
    const kept = record.limits === undefined ? all : withoutRateLimits(all, dialect)
    const id = error.details?.requestId ?? record.requestId
    sendBytes(response, status, bytes, [...kept, ...own, ...requestIdHeaders(dialect, id, kept)])
  } else {
    const told = record.limits === undefined ? error : withoutProviderLimits(error)
    record.status = sendError(response, told, dialect, {
      headers: own,
      id: record.requestId,
      nowMs: services.clock.now(),
    })
  }
}

/** The limits of the provider are not the caller's. */
function withoutProviderLimits(error: ModelError): ModelError {
  const { details } = error
  return details === undefined || details.rateLimits.length === 0
    ? error
    : error.with({ details: { ...details, rateLimits: [] } })
}

async function endTaps(
  error: ModelError,
  { record, services }: Call,
  taps: readonly AnswerTap[],
): Promise<void> {
  try {
    for (const tap of taps) await tap.fail(error)
  } catch (storeError) {
    services.logger.error(
      { requestId: record.requestId, conversation: record.conversation, err: storeError },
      'a failed turn could not be stored',
    )
  }
}
