import { arrayOrEmpty, isJsonObject, objectOrEmpty, stringOrUndefined } from '@fairlead/base'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { createStreamAssembler } from '../../operations/chat/stream-assembler.ts'
import { decodeEnd } from './answer-end.ts'
import { createContentReader, refusalEvents } from './content-reader.ts'
import { answerFailure } from './errors.ts'
import { decodeUsage } from './usage.ts'

/**
 * Reads a whole message: text, thinking, calls of the caller's tools, and what only this dialect
 * knows, such as the calls of tools that the provider ran itself.
 */
export function decodeResponse(value: unknown, nowMs: number): ModelResponse {
  const body = objectOrEmpty(value)
  const failure = answerFailure(body)
  if (failure !== undefined) throw failure
  const assembler = createStreamAssembler()
  const reader = createContentReader()
  const events = [
    ...arrayOrEmpty(body['content']).flatMap((block, index) => [
      ...reader.start(index, block),
      ...reader.stop(index),
    ]),
    ...refusalEvents(body['stop_details']),
  ]
  for (const event of events) assembler.push(event)
  const usage = isJsonObject(body['usage']) ? decodeUsage(body['usage']) : undefined
  assembler.push({
    type: 'response-start',
    id: stringOrUndefined(body['id']) ?? '',
    model: stringOrUndefined(body['model']) ?? '',
    createdAt: Math.floor(nowMs / 1000),
  })
  if (usage !== undefined) assembler.push({ type: 'usage', usage })
  assembler.push({
    type: 'finish',
    ...decodeEnd(body, objectOrEmpty(body['usage']), reader.toolCallCount()),
  })
  return assembler.response()
}
