import { arrayOrEmpty, objectOrEmpty, stringOrUndefined } from '@fairlead/base'
import type { Item } from '../../operations/chat/item.ts'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { decodeEnd } from './answer-end.ts'
import { otherCitations, readAssistant } from './assistant-message.ts'
import { answerFailure } from './errors.ts'
import { decodeLogprobs } from './logprobs.ts'
import { decodeUsage } from './usage.ts'

/** Reads a whole answer, which names no model and no time. */
export function decodeResponse(value: unknown, nowMs: number): ModelResponse {
  const answer = objectOrEmpty(value)
  const failure = answerFailure(answer)
  if (failure !== undefined) throw failure
  const message = objectOrEmpty(answer['message'])
  const probabilities = arrayOrEmpty(answer['logprobs'])
  const output = withLogprobs(readAssistant(message).filter(hasContent), probabilities).map(
    (item): Item => ({ ...item, status: 'completed' }),
  )
  const usage = decodeUsage(objectOrEmpty(answer['usage']))
  return {
    id: stringOrUndefined(answer['id']) ?? '',
    model: stringOrUndefined(answer['model']) ?? '',
    createdAt: Math.floor(nowMs / 1000),
    output,
    ...decodeEnd(
      answer,
      output.some(({ type }) => type === 'function_call'),
      { citations: otherCitations(message), logprobs: probabilities },
    ),
    ...(usage === undefined ? {} : { usage }),
  }
}

function hasContent(item: Item): boolean {
  if (item.type !== 'message') return true
  return item.content.some((part) => part.type !== 'output_text' || part.text !== '')
}

/** They are told of the answer as a whole, and so belong to its first text. */
function withLogprobs(items: readonly Item[], probabilities: readonly unknown[]): readonly Item[] {
  const place = items.findIndex(({ type }) => type === 'message')
  const message = items[place]
  if (probabilities.length === 0 || message?.type !== 'message') return items
  const logprobs = decodeLogprobs(probabilities)
  const content = message.content.map((part, index) =>
    index === 0 && part.type === 'output_text' ? { ...part, logprobs } : part,
  )
  return items.with(place, { ...message, content })
}
