import {
  type Cancellation,
  type Clock,
  DeadlineError,
  openScope,
  untilAborted,
} from '@fairlead/base'
import type { UpstreamRequest } from '../upstream/exchange.ts'
import { PickConversation, type PickDecision } from './pick-conversation.ts'
import { shownHeaders } from './picked-request.ts'
import type { PickerConnection } from './picker-connection.ts'
import { PickerFailure } from './picker-failure.ts'
import { PickerStream } from './picker-stream.ts'
import { requestBodyMessage, requestHeadersMessage } from './processing-request.ts'
import { readProcessingResponse } from './processing-response.ts'

interface PickerQuestion {
  readonly request: UpstreamRequest
  /** As the request's `:authority` and `:scheme`. */
  readonly target: { readonly authority: string; readonly scheme: string }
  /** For all of it, connecting included. */
  readonly timeoutMs: number
}

interface PickerReply {
  readonly decision: PickDecision
  /** On which the picker waits to hear of the answer. */
  readonly stream: PickerStream
}

/** Messages of gRPC are at most 4 MiB by default; a body is sent in pieces well below that. */
const pieceBytes = 256 * 1024
/** How much longer than the request's body the one may be that a picker sends instead. */
const furtherBytes = 256 * 1024

/**
 * Asks a picker which endpoints are to get a request; once more on a new connection if it closed the one
 * before just then. Rejects with PickerFailure, or with the reason of the cancellation.
 */
export async function askPicker(
  connection: PickerConnection,
  question: PickerQuestion,
  { clock, cancellation }: { readonly clock: Clock; readonly cancellation: Cancellation },
): Promise<PickerReply> {
  const { timeoutMs } = question
  using limit = openScope({ parents: [cancellation.signal], clock, timeoutMs, what: 'the choice' })
  try {
    return await askOnce(connection, question, clock, limit.signal).catch((error: unknown) => {
      if (!(error instanceof PickerFailure) || !error.wasLost) throw error
      return askOnce(connection, question, clock, limit.signal)
    })
  } catch (error) {
    if (!(error instanceof DeadlineError) || cancellation.cancelled) throw error
    connection.suspect()
    const message = `it did not choose within ${timeoutMs} ms`
    throw new PickerFailure('Timeout', message, { cause: error })
  }
}

async function askOnce(
  connection: PickerConnection,
  { request, target }: PickerQuestion,
  clock: Clock,
  signal: AbortSignal,
): Promise<PickerReply> {
  const http = await connection.openStream(signal)
  const pieces = piecesOf(request.body)
  const conversation = new PickConversation({
    piecesSent: pieces.length,
    bodyBytesMax: request.body.length * 2 + furtherBytes,
  })
  const decided = Promise.withResolvers<PickDecision>()
  const stream = new PickerStream(http, clock, {
    onMessage(message) {
      const decision = conversation.take(readProcessingResponse(message))
      if (decision !== undefined) decided.resolve(decision)
    },
    onEnd: (failure) => decided.reject(failure),
  })
  try {
    stream.send(requestHeadersMessage(shownHeaders(request, target)))
    for (const [index, piece] of pieces.entries()) {
      stream.send(requestBodyMessage(piece, index === pieces.length - 1))
    }
    const decision = await untilAborted(decided.promise, signal)
    stream.ignoreAnswers()
    return { decision, stream }
  } catch (error) {
    stream.cancel()
    throw error
  }
}

/** At least one: the last one says that there are no more. */
function piecesOf(body: Uint8Array): readonly Uint8Array[] {
  const count = Math.max(Math.ceil(body.length / pieceBytes), 1)
  return Array.from({ length: count }, (_, index) =>
    body.subarray(index * pieceBytes, (index + 1) * pieceBytes),
  )
}
