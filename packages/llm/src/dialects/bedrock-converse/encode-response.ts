import type { JsonObject } from '@fairlead/base'
import type { ContentPart, Item, ReasoningItem } from '../../operations/chat/item.ts'
import type { ModelResponse } from '../../operations/chat/model-response.ts'
import { wrapSealed } from '../../operations/chat/sealed-text.ts'
import { encodeEnd } from './answer-end.ts'
import { dialectName } from './dialect-name.ts'
import { citedBlock, encodeMade } from './encode-content.ts'
import { encodeToolUse } from './encode-messages.ts'
import { encodeUsage } from './usage.ts'

/** Writes a whole answer. */
export function encodeResponse(response: ModelResponse): JsonObject {
  const { fields, stopReason } = encodeEnd(response)
  return {
    output: { message: { role: 'assistant', content: response.output.flatMap(encodeItem) } },
    stopReason,
    ...(response.usage === undefined ? {} : { usage: encodeUsage(response.usage) }),
    ...fields,
  }
}

function encodeItem(item: Item): JsonObject[] {
  switch (item.type) {
    case 'message':
      return item.content.flatMap(encodeAnswerPart)
    case 'reasoning':
      return encodeThought(item)
    case 'function_call':
      return encodeToolUse(item.call_id, item)
    case 'fairlead:native':
      return item.dialect === dialectName ? [item.block] : []
    case 'function_call_output':
      return []
  }
}

function encodeAnswerPart(part: ContentPart): JsonObject[] {
  switch (part.type) {
    case 'output_text':
      return [citedBlock(part.text, part.annotations ?? [])]
    case 'refusal':
      return [{ text: part.refusal }]
    case 'output_file': {
      const block = encodeMade(part)
      return block === undefined ? [] : [block]
    }
    default:
      return []
  }
}

function encodeThought(item: ReasoningItem): JsonObject[] {
  const { content = [], summary } = item
  const text = [...summary, ...content].map((part) => part.text).join('')
  const { redacted, signature } = sealsFor(item)
  const isTold = text !== '' || signature !== undefined
  const sealed = signature === undefined ? {} : { signature }
  return [
    ...(isTold ? [{ reasoningContent: { reasoningText: { text, ...sealed } } }] : []),
    ...(redacted === undefined ? [] : [{ reasoningContent: { redactedContent: redacted } }]),
  ]
}

/** The seals of thinking as callers get them: those of other makers wrapped. */
export function sealsFor(thought: {
  readonly maker?: string | undefined
  readonly signature?: string | undefined
  readonly encrypted_content?: string | undefined
}): { readonly signature: string | undefined; readonly redacted: string | undefined } {
  const { encrypted_content: encrypted, maker = 'anthropic-messages', signature } = thought
  const wrap = (text: string | undefined, field: 'signature' | 'encrypted_content') =>
    text === undefined ? undefined : wrapSealed({ maker, field, text }, dialectName)
  return { signature: wrap(signature, 'signature'), redacted: wrap(encrypted, 'encrypted_content') }
}
