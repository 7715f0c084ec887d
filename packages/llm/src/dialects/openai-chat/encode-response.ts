import type { Annotation, Item } from '../../operations/chat/item.ts'
import type { JsonObject } from '@fairlead/base'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { encodeUsage } from './usage.ts'

/** Writes a chat completion with one choice. Thinking goes out as `reasoning_content`. */
export function encodeResponse(response: ModelResponse): JsonObject {
  return {
    id: response.id,
    object: 'chat.completion',
    created: response.createdAt,
    model: response.model,
    choices: [
      {
        index: 0,
        message: encodeMessage(response.output),
        logprobs: null,
        finish_reason: response.finishReason,
      },
    ],
    ...(response.usage === undefined ? {} : { usage: encodeUsage(response.usage) }),
  }
}

function encodeMessage(output: readonly Item[]): JsonObject {
  const parts = output.flatMap((item) => (item.type === 'message' ? item.content : []))
  const texts = parts.filter((part) => part.type === 'output_text')
  const refusals = parts.filter((part) => part.type === 'refusal')
  const annotations = texts
    .flatMap((part) => part.annotations ?? [])
    .filter(({ type }) => type === 'url_citation')
    .map(encodeAnnotation)
  const reasoning = output.flatMap((item) =>
    item.type === 'reasoning'
      ? [...item.summary, ...(item.content ?? [])].map((part) => part.text)
      : [],
  )
  const calls = output.filter((item) => item.type === 'function_call')
  return {
    role: 'assistant',
    content: texts.length === 0 ? null : texts.map((part) => part.text).join(''),
    refusal: refusals.length === 0 ? null : refusals.map((part) => part.refusal).join(''),
    ...(annotations.length === 0 ? {} : { annotations }),
    ...(reasoning.length === 0 ? {} : { reasoning_content: reasoning.join('') }),
    ...(calls.length === 0
      ? {}
      : {
          tool_calls: calls.map((call) => ({
            id: call.call_id,
            type: 'function',
            function: { name: call.name, arguments: call.arguments },
          })),
        }),
  }
}

function encodeAnnotation(annotation: Annotation): JsonObject {
  const { type, origin: _, ...fields } = annotation
  return { type, [type]: fields }
}
