import type { JsonObject } from '@fairlead/base'
import type { ReasoningItem } from '../../operations/chat/item.ts'
import { type SealedText, wrapSealed } from '../../operations/chat/sealed-text.ts'
import { formatOf } from './reasoning-formats.ts'

/** Whoever sealed an item; what was stored before makers were noted is Anthropic's. */
function makerOfItem({ encrypted_content: encrypted, maker, signature }: ReasoningItem): string {
  const isSealed = signature !== undefined || encrypted !== undefined
  return maker ?? (isSealed ? 'anthropic-messages' : 'openai-chat')
}

/** Its thinking, or else its summary: what a person is shown. */
function visibleReasoning({ content, summary }: ReasoningItem): string {
  const text = contentText(content)
  return text === '' ? summary.map((part) => part.text).join('\n\n') : text
}

function contentText(content: ReasoningItem['content'] = []): string {
  return content.map((part) => part.text).join('')
}

/** Whether there is more to an item than a text. */
export function hasDetails(item: ReasoningItem): boolean {
  return (
    item.id !== undefined ||
    item.signature !== undefined ||
    item.encrypted_content !== undefined ||
    item.summary.length > 0
  )
}

/**
 * An item as entries of `reasoning_details`, which are numbered from `firstIndex` on. Their `format`
 * says whose their seals are, so that these stand as they are.
 */
export function encodeDetails(item: ReasoningItem, firstIndex: number): JsonObject[] {
  const { content, encrypted_content: encrypted, id, signature, summary } = item
  const maker = makerOfItem(item)
  const place = { ...(id === undefined ? {} : { id }), format: formatOf(maker) }
  const text = contentText(content)
  const entries: JsonObject[] = summary.map((part) => ({
    type: 'reasoning.summary',
    summary: part.text,
    ...place,
  }))
  if (text !== '' || signature !== undefined) {
    entries.push({
      type: 'reasoning.text',
      text,
      ...(signature === undefined ? {} : { signature }),
      ...place,
    })
  }
  if (encrypted !== undefined) {
    entries.push({ type: 'reasoning.encrypted', data: encrypted, ...place })
  }
  return entries.map((entry, offset) => ({ ...entry, index: firstIndex + offset }))
}

/**
 * An item as LiteLLM's `thinking_blocks`, which hold only what is sealed. They are Anthropic's: a seal
 * of any other maker is wrapped.
 */
export function encodeThinkingBlocks(item: ReasoningItem): JsonObject[] {
  const { content, encrypted_content: encrypted, signature } = item
  const maker = makerOfItem(item)
  const sealed = (field: SealedText['field'], text: string) =>
    wrapSealed({ maker, field, text }, 'anthropic-messages')
  return [
    ...(signature === undefined
      ? []
      : [
          {
            type: 'thinking',
            thinking: contentText(content),
            signature: sealed('signature', signature),
          },
        ]),
    ...(encrypted === undefined
      ? []
      : [
          {
            type: 'redacted_thinking',
            data: sealed('encrypted_content', encrypted),
          },
        ]),
  ]
}

/** The fields of a whole message for an answer's reasoning. */
export function encodeReasoning(items: readonly ReasoningItem[]): JsonObject {
  if (items.length === 0) return {}
  const details: JsonObject[] = []
  if (items.length > 1 || items.some(hasDetails)) {
    for (const item of items) details.push(...encodeDetails(item, details.length))
  }
  const blocks = items.flatMap(encodeThinkingBlocks)
  const text = items.map(visibleReasoning).join('')
  return {
    ...(text === '' ? {} : { reasoning_content: text }),
    ...(details.length === 0 ? {} : { reasoning_details: details }),
    ...(blocks.length === 0 ? {} : { thinking_blocks: blocks }),
  }
}
