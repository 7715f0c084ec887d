import type { AnswerPiece, AnswerStream } from '../answer/answer-stream.ts'
import { usageOf } from '../answer/estimated-usage.ts'
import type { Call } from '../call/call.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import { errorForCaller } from '../upstream/upstream-failure.ts'

/**
 * Reads an answer that goes to no caller to its end, and notes what it has used. One that breaks off
 * is noted as it is with other calls, and rejects. `observe` is given what comes.
 */
export async function readToEnd(
  answer: AnswerStream,
  { answering, lifetime, record, request }: Call,
  observe: (piece: AnswerPiece) => void = () => {},
): Promise<void> {
  try {
    for (;;) {
      const piece = await answer.next()
      if (piece === undefined) break
      lifetime.throwIfCancelled()
      observe(piece)
    }
    if (!answer.isComplete) throw gatewayError.upstreamCut(record.target?.provider.key ?? '')
    answering?.completed()
  } catch (error) {
    lifetime.throwIfCancelled()
    answering?.broke(errorForCaller(error), 'its answer broke off')
    throw error
  } finally {
    record.usage = usageOf(answer, request)
  }
}
