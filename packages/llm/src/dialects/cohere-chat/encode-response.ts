import { arrayOrEmpty, type JsonObject } from '@fairlead/base'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { encodeEnd, ownFields } from './answer-end.ts'
import { AssistantWriter } from './assistant-writer.ts'
import { encodeLogprobs } from './logprobs.ts'

/** Writes a whole answer. */
export function encodeResponse(response: ModelResponse): JsonObject {
  const writer = new AssistantWriter(true)
  for (const item of response.output) if (item.type !== 'function_call_output') writer.add(item)
  const message = writer.answer()
  const own = ownFields(response.extras)
  const citations = [...arrayOrEmpty(message['citations']), ...arrayOrEmpty(own['citations'])]
  const logprobs = own['logprobs'] ?? logprobsOf(response)
  return {
    id: response.id,
    message: { ...message, ...(citations.length === 0 ? {} : { citations }) },
    ...encodeEnd(response, response.usage),
    ...(logprobs === undefined ? {} : { logprobs }),
  }
}

function logprobsOf({ output }: ModelResponse): readonly unknown[] | undefined {
  const entries = output
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .flatMap((part) => (part.type === 'output_text' ? (part.logprobs ?? []) : []))
  return entries.length === 0 ? undefined : encodeLogprobs(entries)
}
