import type { Item } from '../../operations/chat/item.ts'
import { isJsonObject, type JsonObject, parseJsonOrUndefined } from '@fairlead/base'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { encodeStopReason } from './stop-reason.ts'
import { encodeUsage } from './usage.ts'

/** Writes a whole message. */
export function encodeResponse(response: ModelResponse): JsonObject {
  return {
    id: response.id,
    type: 'message',
    role: 'assistant',
    model: response.model,
    content: response.output.flatMap(encodeItem),
    stop_reason: encodeStopReason(response.finishReason),
    stop_sequence: null,
    usage: encodeUsage(response.usage),
  }
}

function encodeItem(item: Item): JsonObject[] {
  switch (item.type) {
    case 'message':
      return item.content.flatMap((part) => {
        if (part.type === 'output_text') return [{ type: 'text', text: part.text, citations: null }]
        return part.type === 'refusal'
          ? [{ type: 'text', text: part.refusal, citations: null }]
          : []
      })
    case 'reasoning':
      return item.signature === undefined && item.encrypted_content !== undefined
        ? [{ type: 'redacted_thinking', data: item.encrypted_content }]
        : [
            {
              type: 'thinking',
              thinking: (item.content ?? []).map((part) => part.text).join(''),
              signature: item.signature ?? '',
            },
          ]
    case 'function_call':
      return [
        {
          type: 'tool_use',
          id: item.call_id,
          name: item.name,
          input: encodeInput(item.arguments),
        },
      ]
    case 'fairlead:native':
      return item.dialect === 'anthropic-messages' ? [item.block] : []
    case 'function_call_output':
      return []
  }
}

function encodeInput(text: string): JsonObject {
  const input = parseJsonOrUndefined(text)
  return isJsonObject(input) ? input : { invalid_arguments: text }
}
