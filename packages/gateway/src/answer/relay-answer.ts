import { untilAborted } from '@fairlead/base'
import { ModelError } from '@fairlead/llm'
import type { Call } from '../call/call.ts'
import { settleCost } from '../call/settle-cost.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import { requestIdHeaders } from '../http/request-id-headers.ts'
import { toldError } from '../errors/told-error.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'
import type { AnswerStream, AnswerUse } from './answer-stream.ts'
import type { AnswerTap } from './answer-tap.ts'
import { type AnswerWriter, PassingWriter, StreamWriter, ValueWriter } from './answer-writer.ts'
import { usageOf } from './estimated-usage.ts'
import { awaitsCost, costHeader, costHeaders } from './cost-headers.ts'
import { limitHeaders, withoutRateLimits } from './limit-headers.ts'
import { ownHeaders } from './reply-headers.ts'

/**
 * Relays an answer to the caller. Taps settle before its end is sent, so an answer that the caller
 * has seen complete is never lost. A stream that breaks off ends with an error event instead of its
 * normal end.
 */
export async function relayAnswer(
  answer: AnswerStream,
  use: AnswerUse,
  call: Call,
  taps: readonly AnswerTap[],
): Promise<void> {
  const { sink, record } = call
  const writer = writerFor(answer, use, call)
  record.noteFirstByte()
  if (!answer.isWhole && answer.startsLate !== true) start(writer, undefined, call)
  try {
    for (;;) {
      const piece = await answer.next()
      if (piece === undefined) break
      for (const tap of taps) tap.observe(piece, answer)
      const bytes = writer.write(piece)
      if (writer.relayedError !== undefined) break
      if (bytes !== undefined && bytes.length > 0) {
        if (!sink.started) start(writer, writer.byteLength, call)
        const drained = sink.write(bytes)
        // A caller that has stopped reading holds up nothing once the call must end.
        if (drained !== undefined) await untilRead(drained, call)
      }
      if (writer.brokenOff !== undefined) throw writer.brokenOff
    }
    noteUsage(answer, call)
    await settleTaps(answer, writer, call, taps)
  } catch (error) {
    noteUsage(answer, call)
    const reason = breakReason(error, call)
    await breakOff(error, reason, { answer, writer, call, taps })
    throw reason
  }
  const last = writer.end()
  if (!sink.started) start(writer, answer.isWhole ? Buffer.byteLength(last) : undefined, call)
  sink.end(last, costHeaders(record))
}

/** An answer without a provider, such as a stored one, uses no tokens. */
function noteUsage(answer: AnswerStream, { record, request }: Call): void {
  if (record.target === undefined) return
  record.usage = usageOf(answer, request)
  settleCost(record)
}

function writerFor(answer: AnswerStream, use: AnswerUse, call: Call): AnswerWriter {
  if (use.passes && answer.dialect?.name === call.dialect.name) {
    return new PassingWriter(answer, call, use.needsEvents)
  }
  return answer.isWhole ? new ValueWriter(answer, call) : new StreamWriter(answer, call)
}

/** The provider is not silent while its answer waits for the caller. */
async function untilRead(drained: Promise<void>, { answering, signal }: Call): Promise<void> {
  answering?.suspend()
  await untilAborted(drained, signal)
  answering?.resume()
}

async function settleTaps(
  answer: AnswerStream,
  { relayedError }: AnswerWriter,
  call: Call,
  taps: readonly AnswerTap[],
): Promise<void> {
  const relayed = relayedError ?? (answer.isComplete ? undefined : answer.reportedError)
  if (relayed !== undefined) {
    call.record.errorCode = relayed.code
    call.answering?.broke(relayed, 'an error in mid-answer')
    for (const tap of taps) await tap.fail(relayed)
    return
  }
  if (!answer.isComplete) throw cutError(call)
  call.answering?.completed()
  for (const tap of taps) await tap.complete(answer)
}

function start(writer: AnswerWriter, byteLength: number | undefined, call: Call): void {
  const { dialect, record, services, sink } = call
  record.status = writer.status
  const headers = ownHeaders(call)
  if (record.limits === undefined) headers.push(...writer.headers)
  else {
    headers.push(
      ...withoutRateLimits(writer.headers, dialect),
      ...limitHeaders(record, dialect, services.clock.now()),
    )
  }
  if (byteLength !== undefined) headers.push('content-length', String(byteLength))
  else if (awaitsCost(record)) headers.push('trailer', costHeader)
  headers.push(...requestIdHeaders(dialect, writer.requestId ?? record.requestId, writer.headers))
  sink.start(writer.status, headers)
}

/**
 * Ends an answer that has started and cannot continue. A stream's status has already been sent, so
 * the error becomes its last event, after the taps have stored the partial answer. If the headers
 * of a whole answer have been sent, a broken connection is the only signal left.
 */
async function breakOff(
  error: unknown,
  reason: ModelError,
  broken: {
    readonly answer: AnswerStream
    readonly writer: AnswerWriter
    readonly call: Call
    readonly taps: readonly AnswerTap[]
  },
): Promise<void> {
  const { answer, call, taps, writer } = broken
  const { sink } = call
  if (call.lifetime.reason === undefined && reason.failure !== undefined) {
    call.answering?.broke(reason, breakWords(error))
  }
  if (answer.isWhole) {
    if (sink.started) sink.destroy()
    return
  }
  // The failure is its whole answer.
  if (!sink.started) return
  try {
    for (const tap of taps) await tap.fail(reason)
  } finally {
    sink.end(writer.errorFrames(reason), costHeaders(call.record))
  }
}

function cutError(call: Call): ModelError {
  return gatewayError.upstreamCut(providerOf(call))
}

function providerOf({ record }: Call): string {
  return record.target?.provider.key ?? ''
}

/** The error for the caller: why the call was aborted, or that the upstream broke off. */
function breakReason(error: unknown, call: Call): ModelError {
  const reason: unknown = call.lifetime.reason ?? error
  if (reason instanceof UpstreamFailure) return reason.error
  if (!(reason instanceof ModelError)) return cutError(call)
  return reason.failure === undefined ? reason : toldError(reason, providerOf(call))
}

function breakWords(error: unknown): string {
  return error instanceof UpstreamFailure ? error.reason : 'closed in mid-answer'
}
