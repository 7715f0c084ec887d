import type { ContentPart, Item, ReasoningItem } from '../../operations/chat/item.ts'
import type { JsonObject } from '@fairlead/base'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { callInput } from '../../operations/chat/call-input.ts'
import { encodeEnd } from './answer-end.ts'
import { encodeCitation } from './citations.ts'
import { encodeCallBlocks, encodeSeal, ownBlock } from './encode-block.ts'

/** Writes a whole message. */
export function encodeResponse(response: ModelResponse): JsonObject {
  const { fields, ...end } = encodeEnd(response, refusalOf(response.output))
  return {
    id: response.id,
    type: 'message',
    role: 'assistant',
    model: response.model,
    content: response.output.flatMap(encodeItem),
    ...end,
    ...fields,
  }
}

/** A refusal is not content here, but the reason why there is none. */
function refusalOf(output: readonly Item[]): string {
  return output
    .flatMap((item) => (item.type === 'message' ? item.content : []))
    .map((part) => (part.type === 'refusal' ? part.refusal : ''))
    .join('')
}

function encodeItem(item: Item): JsonObject[] {
  switch (item.type) {
    case 'message':
      return item.content.flatMap(encodePart)
    case 'reasoning':
      return [encodeReasoning(item)]
    case 'function_call':
      return encodeCallBlocks(
        { ...item, id: item.call_id },
        item.custom === true ? { input: item.arguments } : callInput(item.arguments),
      )
    case 'fairlead:native': {
      const block = ownBlock(item)
      return block === undefined ? [] : [block]
    }
    case 'function_call_output':
      return []
  }
}

function encodePart(part: ContentPart): JsonObject[] {
  if (part.type !== 'output_text') return []
  const citations = (part.annotations ?? []).flatMap((each) => encodeCitation(each) ?? [])
  return [{ type: 'text', text: part.text, citations: citations.length === 0 ? null : citations }]
}

function encodeReasoning(item: ReasoningItem): JsonObject {
  const thinking = [...item.summary, ...(item.content ?? [])].map((part) => part.text).join('')
  const seal = encodeSeal(item, thinking !== '')
  return 'data' in seal
    ? { type: 'redacted_thinking', data: seal.data }
    : { type: 'thinking', thinking, signature: seal.signature }
}
