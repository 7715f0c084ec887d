import type { Item, ModelResponse, StreamEvent } from '@fairlead/llm'
import type { AnswerTransform } from '../../../answer/answer-transform.ts'
import { type AnswerChange, ChangedAnswer } from '../../../answer/changed-answer.ts'

/**
 * Leaves out what the model thought. What its provider has sealed stays, as a model that goes on with
 * its tools needs it; a signature of the thinking goes with it.
 */
export const strippedReasoning: AnswerTransform = {
  name: 'strip',
  takes: 'events',
  apply: (answer) => new ChangedAnswer(answer, withoutReasoning),
}

const withoutReasoning: AnswerChange = {
  events(event): readonly StreamEvent[] {
    if (event.type === 'reasoning-delta') return []
    if (event.type !== 'reasoning-end') return [event]
    const { signature: _, ...others } = event
    return event.encryptedContent === undefined ? [] : [others]
  },
  response: (response): ModelResponse => ({ ...response, output: response.output.flatMap(sealed) }),
}

function sealed(item: Item): readonly Item[] {
  if (item.type !== 'reasoning') return [item]
  if (item.encrypted_content === undefined) return []
  const { content: _, signature: __, ...others } = item
  return [{ ...others, summary: [] }]
}
