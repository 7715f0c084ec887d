import { ModelError } from '@fairlead/llm'
import type { Call } from '../call/call.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import type { AnswerStream, AnswerUse } from './answer-stream.ts'
import type { AnswerTap } from './answer-tap.ts'
import { type AnswerWriter, PassingWriter, StreamWriter, ValueWriter } from './answer-writer.ts'
import { ownHeaders } from './reply-headers.ts'

/**
 * Hands an answer to the caller. The taps have settled before its end goes out: what the caller has
 * seen whole is not lost. A stream that breaks off ends with an error event and without its end.
 */
export async function relayAnswer(
  answer: AnswerStream,
  use: AnswerUse,
  call: Call,
  taps: readonly AnswerTap[],
): Promise<void> {
  const { sink, record } = call
  const writer = writerFor(answer, use, call)
  record.firstByte()
  if (!answer.isWhole) start(writer, undefined, call)
  try {
    for (;;) {
      const piece = await answer.next()
      if (piece === undefined) break
      for (const tap of taps) tap.look(piece, answer)
      const bytes = writer.write(piece)
      if (writer.toldError !== undefined) break
      if (bytes === undefined || bytes.length === 0) continue
      if (!sink.started) start(writer, writer.byteLength, call)
      const drained = sink.write(bytes)
      if (drained !== undefined) await drained
    }
    record.usage = answer.usage
    await settleTaps(answer, writer, call, taps)
  } catch (error) {
    record.usage = answer.usage
    await breakOff(error, answer, call, taps)
    throw error
  }
  const last = writer.end()
  if (!sink.started) start(writer, Buffer.byteLength(last), call)
  sink.end(last)
}

function writerFor(answer: AnswerStream, use: AnswerUse, call: Call): AnswerWriter {
  if (use.passes && answer.dialect?.name === call.dialect.name) {
    return new PassingWriter(answer, call, use.isRead)
  }
  return answer.isWhole ? new ValueWriter(answer, call) : new StreamWriter(call)
}

async function settleTaps(
  answer: AnswerStream,
  { toldError }: AnswerWriter,
  call: Call,
  taps: readonly AnswerTap[],
): Promise<void> {
  if (toldError !== undefined) {
    call.record.errorCode = toldError.code
    for (const tap of taps) await tap.fail(toldError)
    return
  }
  if (!answer.isComplete) throw cutError(call)
  for (const tap of taps) await tap.complete(answer)
}

function start(writer: AnswerWriter, byteLength: number | undefined, call: Call): void {
  const { record, sink, turn } = call
  record.status = writer.status
  const headers = ownHeaders(record, turn)
  headers.push(...writer.headers)
  if (byteLength !== undefined) headers.push('content-length', String(byteLength))
  if (!writer.headers.includes('x-request-id')) headers.push('x-request-id', record.requestId)
  sink.start(writer.status, headers)
}

/**
 * Ends what has begun and cannot go on. The caller of a stream has its status already, so the error
 * is the last event; what came of the answer is stored before. A value that was promised and will
 * not come is told by a broken connection alone.
 */
async function breakOff(
  error: unknown,
  answer: AnswerStream,
  call: Call,
  taps: readonly AnswerTap[],
): Promise<void> {
  const { sink, dialect } = call
  if (answer.isWhole) {
    if (sink.started) sink.destroy()
    return
  }
  const reason = breakReason(error, call)
  try {
    for (const tap of taps) await tap.fail(reason)
  } finally {
    sink.end(dialect.passage.errorFrame(reason))
  }
}

function cutError(call: Call): ModelError {
  return gatewayError.upstreamCut(call.record.target?.provider.key ?? '')
}

/** What to tell the caller: why the call was ended, or that the upstream broke off. */
function breakReason(error: unknown, call: Call): ModelError {
  const reason: unknown = call.signal.aborted ? call.signal.reason : error
  return reason instanceof ModelError ? reason : cutError(call)
}
