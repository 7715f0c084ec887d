import { arrayOrEmpty, objectOrEmpty } from '@fairlead/base'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { createStreamAssembler } from '../../operations/chat/stream-assembler.ts'
import { answerStart, decodeEnd } from './answer-end.ts'
import { createContentReader } from './content-reader.ts'
import { answerFailure } from './errors.ts'
import { decodeUsage } from './usage.ts'

/** Reads a whole answer. */
export function decodeResponse(value: unknown, nowMs: number): ModelResponse {
  const answer = objectOrEmpty(value)
  const failure = answerFailure(answer)
  if (failure !== undefined) throw failure
  const { content } = objectOrEmpty(objectOrEmpty(answer['output'])['message'])
  const assembler = createStreamAssembler()
  const reader = createContentReader()
  assembler.push(answerStart(nowMs))
  for (const block of arrayOrEmpty(content)) {
    for (const event of reader.block(objectOrEmpty(block))) assembler.push(event)
  }
  const usage = decodeUsage(answer['usage'])
  if (usage !== undefined) assembler.push({ type: 'usage', usage })
  assembler.push({ type: 'finish', ...decodeEnd(answer, reader.toolCalls > 0) })
  return assembler.response()
}
