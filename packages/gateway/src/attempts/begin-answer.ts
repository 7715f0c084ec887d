import type { ModelError } from '@fairlead/llm'
import type { AnswerPiece, AnswerStream, AnswerUse } from '../answer/answer-stream.ts'
import { answerOf } from '../answer/event-answer.ts'
import { StreamAnswer } from '../answer/stream-answer.ts'
import { WholeAnswer } from '../answer/whole-answer.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import type { CallTarget } from '../routing/call-target.ts'
import type { Exchange } from '../upstream/exchange.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'

/**
 * Reads just enough of an answer to know that it started successfully. Until then every failure may
 * go to the next target: an UpstreamFailure, or a ModelError for what is no answer.
 */
export async function beginAnswer(
  exchange: Exchange,
  target: CallTarget,
  asked: { readonly stream: boolean; readonly use: AnswerUse; readonly nowMs: number },
): Promise<AnswerStream> {
  const { stream, use, nowMs } = asked
  const { type, key } = target.provider
  const contentType = exchange.headers['content-type'] ?? ''
  if (!stream || contentType.includes('json')) {
    const answer = await WholeAnswer.receive({
      exchange,
      dialect: type.dialect,
      use,
      provider: key,
      nowMs,
    })
    // A caller who streams gets the same as a stream, unless the bytes pass as they are.
    return stream && !use.passes ? answerOf(answer.response(), false) : answer
  }
  if (!contentType.includes('text/event-stream')) {
    exchange.abort(new Error('the answer is of no use'))
    const detail = `of type "${contentType.slice(0, 100)}", not an event stream`
    throw gatewayError.upstreamGarbage(key, detail)
  }
  const answer = new StreamAnswer(exchange, type.dialect, use, nowMs)
  await (use.passes ? beginPassing(answer, target, nowMs) : beginDecoded(answer, target))
  return answer
}

/** A stream that begins with an error is a failed call in spite of its status 200. */
async function beginPassing(
  answer: StreamAnswer,
  target: CallTarget,
  nowMs: number,
): Promise<void> {
  const first = await answer.next()
  if (first === undefined) throw gatewayError.upstreamCut(target.provider.key)
  const error = leadingError(first, target, nowMs)
  if (error !== undefined) throw failureOf(error)
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
