import { chatFormatOf, type Dialect, type ModelError } from '@fairlead/llm'
import type { AnswerPiece, AnswerStream, AnswerUse } from '../answer/answer-stream.ts'
import { answerOf } from '../answer/event-answer.ts'
import { StreamAnswer } from '../answer/stream-answer.ts'
import { WholeAnswer } from '../answer/whole-answer.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import type { CallTarget } from '../routing/call-target.ts'
import type { Exchange } from '../upstream/exchange.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'
import { answerEncoding } from './answer-encoding.ts'

/**
 * Reads just enough of an answer to know that it started successfully. Until then any failure may
 * move on to the next target: an UpstreamFailure, or a ModelError for an invalid answer.
 */
export async function beginAnswer(
  exchange: Exchange,
  target: CallTarget,
  asked: { readonly stream: boolean; readonly use: AnswerUse; readonly nowMs: number },
): Promise<AnswerStream> {
  const { stream, use, nowMs } = asked
  const { type, key } = target.provider
  const { dialect } = type
  const source = { exchange, dialect, use, provider: key, nowMs }
  const contentType = exchange.headers.get('content-type') ?? ''
  const isEventStream = stream && isStreamOf(dialect, contentType)
  const encoding = answerEncoding(exchange.headers)
  if (encoding !== undefined && (isEventStream || use.needsEvents || !use.passes)) {
    exchange.abort(new Error('the answer is encoded'))
    const detail = `encoded as "${encoding.slice(0, 100)}", which the gateway has not asked for`
    throw gatewayError.upstreamInvalidResponse(key, detail)
  }
  if (isEventStream) {
    const answer = new StreamAnswer(source)
    await (use.passes ? beginPassing(answer, target, nowMs) : beginDecoded(answer, target))
    return answer
  }
  if (stream && !contentType.includes('json')) {
    exchange.abort(new Error('the answer is not an event stream'))
    const detail = `of type "${contentType.slice(0, 100)}", not an event stream`
    throw gatewayError.upstreamInvalidResponse(key, detail)
  }
  const answer = await WholeAnswer.receive(source)
  // A caller who asked for a stream gets one, unless the bytes pass through unchanged.
  return stream && !use.passes ? answerOf(answer.response(), false) : answer
}

/** Whether a Content-Type is that of the dialect's streams, whatever its parameters. */
function isStreamOf(dialect: Dialect, contentType: string): boolean {
  const [mediaType = ''] = chatFormatOf(dialect).streamContentType.split(';')
  return contentType.includes(mediaType)
}

/** A stream that starts with an error is a failed call despite its status 200. */
async function beginPassing(
  answer: StreamAnswer,
  target: CallTarget,
  nowMs: number,
): Promise<void> {
  const first = await answer.next()
  if (first === undefined) throw gatewayError.upstreamCut(target.provider.key)
  const error = leadingError(first, target, nowMs)
  if (error !== undefined) {
    answer.abandon(error)
    throw failureOf(error)
  }
  answer.putBack(first)
}

function leadingError(
  first: AnswerPiece,
  target: CallTarget,
  nowMs: number,
): ModelError | undefined {
  const head = first.bytes.subarray(0, 512)
  if (!head.includes('"error"') && !head.includes('event: error')) return undefined
  const decoder = target.provider.type.dialect.operations.chat?.createStreamDecoder(nowMs)
  const [event] = decoder?.push(first.bytes) ?? []
  return event?.type === 'error' ? event.error : undefined
}

async function beginDecoded(answer: StreamAnswer, target: CallTarget): Promise<void> {
  const pieces: AnswerPiece[] = []
  for (;;) {
    const piece = await answer.next()
    if (piece === undefined) throw gatewayError.upstreamCut(target.provider.key)
    pieces.push(piece)
    const first = piece.events().find(({ type }) => type !== 'response-start')
    if (first?.type === 'error') {
      answer.abandon(new Error('the answer is an error'))
      throw failureOf(first.error)
    }
    if (first !== undefined) break
  }
  for (const piece of pieces) answer.putBack(piece)
}

function failureOf(error: ModelError): UpstreamFailure {
  if (error.kind === 'rate-limited') return new UpstreamFailure('RateLimited', error)
  return new UpstreamFailure(error.retryable ? 'ServerError' : 'Final', error)
}
