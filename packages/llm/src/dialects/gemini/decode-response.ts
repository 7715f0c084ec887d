import { objectOrEmpty } from '@fairlead/base'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { createStreamAssembler } from '../../operations/chat/stream-assembler.ts'
import { AnswerReader } from './answer-reader.ts'
import { answerFailure } from './errors.ts'

/** Reads a whole answer: its first candidate. */
export function decodeResponse(value: unknown, nowMs: number): ModelResponse {
  const body = objectOrEmpty(value)
  const failure = answerFailure(body)
  if (failure !== undefined) throw failure
  const reader = new AnswerReader(nowMs)
  const assembler = createStreamAssembler()
  for (const event of [...reader.read(body), ...reader.end()]) assembler.push(event)
  return assembler.response()
}
