import type { FunctionCallItem, Item } from '../../operations/chat/item.ts'
import type { JsonObject } from '@fairlead/base'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { encodeAnnotations } from './annotations.ts'
import { encodeFiles } from './answer-files.ts'
import { callSealForCaller } from './call-seal.ts'
import { encodeReasoning } from './encode-reasoning.ts'
import { ownFields, serviceTierField } from './response-extras.ts'
import { encodeUsage } from './usage.ts'

/**
 * Writes a chat completion with one choice. Thinking goes out as `reasoning_content`; what of it is
 * sealed also as `reasoning_details` and `thinking_blocks`, which a caller sends back.
 */
export function encodeResponse(response: ModelResponse): JsonObject {
  const { extras, output, serviceTier, stopSequence, usage } = response
  return {
    ...ownFields(extras),
    id: response.id,
    object: 'chat.completion',
    created: response.createdAt,
    model: response.model,
    choices: [
      {
        index: 0,
        message: encodeMessage(output),
        logprobs: encodeLogprobs(output),
        finish_reason: response.finishReason,
        ...(stopSequence === undefined ? {} : { stop_reason: stopSequence }),
      },
    ],
    ...(usage === undefined ? {} : { usage: encodeUsage(usage) }),
    ...serviceTierField(serviceTier),
  }
}

function partsOf(output: readonly Item[]) {
  return output.flatMap((item) => (item.type === 'message' ? item.content : []))
}

function encodeMessage(output: readonly Item[]): JsonObject {
  const parts = partsOf(output)
  const refusals = parts.filter((part) => part.type === 'refusal')
  const files = parts.filter((part) => part.type === 'output_file')
  const calls = output.filter((item) => item.type === 'function_call')
  const { annotations, text } = encodeTexts(output)
  return {
    role: 'assistant',
    content: text,
    refusal: refusals.length === 0 ? null : refusals.map((part) => part.refusal).join(''),
    ...(annotations.length === 0 ? {} : { annotations }),
    ...encodeReasoning(output.filter((item) => item.type === 'reasoning')),
    ...encodeFiles(files),
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(encodeCall) }),
  }
}

/** All texts as one, and their annotations with the places that these have in it. */
function encodeTexts(output: readonly Item[]): {
  readonly text: string | null
  readonly annotations: JsonObject[]
} {
  const texts = partsOf(output).filter((part) => part.type === 'output_text')
  const annotations: JsonObject[] = []
  let length = 0
  for (const part of texts) {
    for (const one of encodeAnnotations(part.annotations ?? [], length)) annotations.push(one)
    length += part.text.length
  }
  return { text: texts.length === 0 ? null : texts.map((part) => part.text).join(''), annotations }
}

function encodeLogprobs(output: readonly Item[]): JsonObject | null {
  const content = partsOf(output).flatMap((part) =>
    part.type === 'output_text' ? (part.logprobs ?? []) : [],
  )
  return content.length === 0 ? null : { content, refusal: null }
}

function encodeCall(call: FunctionCallItem): JsonObject {
  const { arguments: text, call_id: id, custom, name } = call
  const seal = callSealForCaller(call)
  return custom === true
    ? { id, type: 'custom', custom: { name, input: text }, ...seal }
    : { id, type: 'function', function: { name, arguments: text }, ...seal }
}
