import {
  chatFormatOf,
  createStreamAssembler,
  type Dialect,
  readAnswerDetails,
  type RenamedTools,
  type Usage,
} from '@fairlead/llm'
import { type AnswerSource, tooLargeToHold } from '../answer/answer-source.ts'
import type { AnswerPiece, AnswerStream, AnswerUse } from '../answer/answer-stream.ts'
import { answerOf } from '../answer/event-answer.ts'
import { StreamAnswer } from '../answer/stream-answer.ts'
import { WholeAnswer } from '../answer/whole-answer.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import type { CallTarget } from '../routing/call-target.ts'
import { answerEncoding } from '../upstream/decoded-exchange.ts'
import type { Exchange } from '../upstream/exchange.ts'
import { failedAnswer } from './failed-answer.ts'
import { sniffBody } from './sniff-body.ts'

/**
 * In what may report an error, as the end of `"error"`. The search stops at each byte that is like the
 * first one, and no byte is as frequent in JSON as a quote.
 */
const errorMark = 'rror"'
/** An error that stands before content stands at the beginning of what came. */
const errorWithin = 4096

/**
 * Reads just enough of an answer to know that it has begun: a whole answer until it is known to be
 * one, a stream until its first content. Until then any failure may move on to the next target: an
 * UpstreamFailure, or a ModelError for an invalid answer.
 */
export async function beginAnswer(
  exchange: Exchange,
  target: CallTarget,
  asked: {
    /** In which the provider answers. */
    readonly dialect: Dialect
    readonly stream: boolean
    readonly use: AnswerUse
    readonly nowMs: number
    readonly renamedTools: RenamedTools
    readonly watch: AnswerSource['watch']
    /** Receives an answer that is no chat; undefined for one that is. */
    readonly receive: (source: AnswerSource) => Promise<AnswerStream> | undefined
    /** Told what an answer has used that comes to nothing. */
    readonly noteSpent: (usage: Usage) => void
  },
): Promise<AnswerStream> {
  const { dialect, stream, use, nowMs, receive, renamedTools, watch, noteSpent } = asked
  const { key } = target.provider
  const encoding = answerEncoding(exchange.headers)
  if (encoding !== undefined) {
    exchange.abort(new Error('the encoding is unknown'))
    const detail = `encoded as "${encoding.slice(0, 100)}", which the gateway does not know and has not asked for`
    throw gatewayError.upstreamInvalidResponse(key, detail)
  }
  const received: AnswerSource = {
    exchange,
    dialect,
    use,
    provider: key,
    model: target.model,
    nowMs,
    renamedTools,
    watch,
  }
  let begun: AnswerStream | undefined
  try {
    const value = await receive(received)
    if (value !== undefined) return value
    const body = await bodyOf(exchange, dialect, stream)
    const isAsked = body.isStream === stream
    // What came in another form than was asked for is decoded and written in that form.
    const source: AnswerSource = {
      ...received,
      exchange: body.exchange,
      use: isAsked ? use : { ...use, passes: false, needsEvents: true },
    }
    if (!body.isStream) {
      const answer = await WholeAnswer.receive(source)
      begun = answer
      return isAsked ? answer : answerOf(answer.response(), false)
    }
    const answer = new StreamAnswer(source)
    begun = answer
    await untilContent(answer, target, source)
    return isAsked ? answer : await wholeOf(answer, target, use.heldBytesMax)
  } catch (error) {
    if (begun?.usage !== undefined) noteSpent(begun.usage)
    exchange.abort(new Error('the answer is of no use'))
    const details = readAnswerDetails(exchange.headers, dialect.passage.rateLimits, nowMs)
    throw failedAnswer(error, target.provider, exchange.status, details)
  }
}

/** Whether a body is a stream, by its Content-Type, and where that says nothing by its beginning. */
async function bodyOf(
  exchange: Exchange,
  dialect: Dialect,
  stream: boolean,
): Promise<{ readonly exchange: Exchange; readonly isStream: boolean }> {
  const contentType = exchange.headers.get('content-type') ?? ''
  const [streamType = ''] = chatFormatOf(dialect).streamContentType.split(';')
  if (contentType.includes(streamType)) return { exchange, isStream: true }
  if (!stream || contentType.includes('json')) return { exchange, isStream: false }
  return sniffBody(exchange)
}

async function untilContent(
  answer: StreamAnswer,
  target: CallTarget,
  { dialect, use, nowMs }: AnswerSource,
): Promise<void> {
  const pieces: AnswerPiece[] = []
  const isDecoded = use.needsEvents || !use.passes
  const decoder = isDecoded ? undefined : chatFormatOf(dialect).createStreamDecoder(nowMs)
  while (!answer.hasContent) {
    const piece = await answer.next()
    if (piece === undefined)
      throw answer.reportedError ?? gatewayError.upstreamCut(target.provider.key)
    pieces.push(piece)
    // Content may be followed by an error in one piece, but not the other way round.
    const mayFail =
      isDecoded || !answer.hasContent || piece.bytes.subarray(0, errorWithin).includes(errorMark)
    const events = mayFail ? (decoder?.push(piece.bytes) ?? piece.events()) : []
    const first = events.find(({ type }) => type !== 'response-start' && type !== 'usage')
    if (first?.type === 'error') throw first.error
  }
  answer.putBack(pieces)
}

/** A stream as the whole answer that was asked for. */
async function wholeOf(
  answer: StreamAnswer,
  { provider }: CallTarget,
  bytesMax: number,
): Promise<AnswerStream> {
  const assembler = createStreamAssembler({ bytesMax })
  for (;;) {
    const piece = await answer.next()
    if (piece === undefined) break
    for (const event of piece.events()) {
      if (event.type === 'error') throw event.error
      if (!assembler.push(event)) throw tooLargeToHold(bytesMax, answer.status)
    }
  }
  if (!answer.isComplete) throw gatewayError.upstreamCut(provider.key)
  return answerOf(assembler.response(), true)
}
