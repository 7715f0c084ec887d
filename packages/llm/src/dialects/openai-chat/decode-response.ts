import type {
  Annotation,
  ContentPart,
  FunctionCallItem,
  Item,
  ReasoningItem,
} from '../../operations/chat/item.ts'
import {
  arrayOrEmpty,
  isJsonObject,
  type JsonObject,
  numberOrUndefined,
  objectOrEmpty,
  stringOrUndefined,
} from '@fairlead/base'
import { ModelError } from '../../errors/model-error.ts'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { answerFailure } from './errors.ts'
import { decodeFinishReason } from './finish-reason.ts'
import { readVendorContent } from './vendor-content.ts'
import { decodeUsage } from './usage.ts'

/** Reads a whole chat completion. If there are several choices, the first is the answer. */
export function decodeResponse(value: unknown, nowMs: number): ModelResponse {
  const body = objectOrEmpty(value)
  const failure = answerFailure(body)
  if (failure !== undefined) throw failure
  const choice = arrayOrEmpty(body['choices'])[0]
  const message = objectOrEmpty(choice)['message']
  if (!isJsonObject(choice) || !isJsonObject(message)) {
    throw new ModelError(
      'upstream',
      'The provider answered with a body that is not a chat completion.',
      { failure: 'InvalidAnswer' },
    )
  }
  const id = stringOrUndefined(body['id']) ?? ''
  const output = decodeOutput(message, id)
  const hasToolCalls = output.some((item) => item.type === 'function_call')
  const usage = decodeUsage(body['usage'])
  return {
    id,
    model: stringOrUndefined(body['model']) ?? '',
    createdAt: numberOrUndefined(body['created']) ?? Math.floor(nowMs / 1000),
    output,
    finishReason: decodeFinishReason(choice['finish_reason'], hasToolCalls),
    ...(usage === undefined ? {} : { usage }),
  }
}

function decodeOutput(message: JsonObject, responseId: string): Item[] {
  const vendor = readVendorContent(message)
  const content = decodeContent(message, vendor.text)
  return [
    ...(vendor.reasoning === '' ? [] : [reasoningItem(vendor.reasoning)]),
    ...(content.length === 0
      ? []
      : [{ type: 'message', role: 'assistant', status: 'completed', content } as const]),
    ...decodeCalls(message, responseId),
  ]
}

function reasoningItem(text: string): ReasoningItem {
  return {
    type: 'reasoning',
    status: 'completed',
    summary: [],
    content: [{ type: 'reasoning_text', text }],
  }
}

/** `url_citation` nests its fields here; the canonical form is flat. */
function decodeAnnotations(value: unknown): Annotation[] {
  return arrayOrEmpty(value)
    .filter(isJsonObject)
    .map((annotation) => {
      const type = stringOrUndefined(annotation['type']) ?? 'url_citation'
      return { type, ...objectOrEmpty(annotation[type]) }
    })
}

function decodeContent(message: JsonObject, text: string): ContentPart[] {
  const annotations = decodeAnnotations(message['annotations'])
  const refusal = stringOrUndefined(message['refusal']) ?? ''
  return [
    ...(text === ''
      ? []
      : [
          {
            type: 'output_text' as const,
            text,
            ...(annotations.length === 0 ? {} : { annotations }),
          },
        ]),
    ...(refusal === '' ? [] : [{ type: 'refusal' as const, refusal }]),
  ]
}

function decodeCalls(message: JsonObject, responseId: string): FunctionCallItem[] {
  const calls = arrayOrEmpty(message['tool_calls']).filter(isJsonObject)
  const legacy = message['function_call']
  const all = isJsonObject(legacy) ? [...calls, { function: legacy }] : calls
  return all.map((call: JsonObject, index) => {
    const custom = isJsonObject(call['custom']) ? call['custom'] : undefined
    const called = custom ?? objectOrEmpty(call['function'])
    const text = custom === undefined ? called['arguments'] : custom['input']
    return {
      type: 'function_call',
      status: 'completed',
      call_id: stringOrUndefined(call['id']) ?? syntheticCallId(responseId, index),
      name: stringOrUndefined(called['name']) ?? '',
      arguments: argumentsText(text),
    }
  })
}

/** Some servers send the arguments as an object instead of JSON text. */
function argumentsText(value: unknown): string {
  if (typeof value === 'string') return value === '' ? '{}' : value
  return value === undefined || value === null ? '{}' : JSON.stringify(value)
}

/** Some servers give calls no id, but the caller needs one to send the output. */
export function syntheticCallId(responseId: string, index: number): string {
  return `call_${responseId.replaceAll(/[^\w-]/g, '')}_${index}`
}
