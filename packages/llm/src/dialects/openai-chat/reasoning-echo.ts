import type { Item, ReasoningItem } from '../../operations/chat/item.ts'
import type { ReasoningEcho, ReasoningQuirk } from '../../operations/chat/server-quirks.ts'
import { encodeDetails } from './encode-reasoning.ts'

/** The first item from which on reasoning is sent back; Infinity if none is. */
export function echoFrom(items: readonly Item[], echo: ReasoningEcho = 'Never'): number {
  if (echo === 'Always') return 0
  if (echo === 'Never') return Infinity
  const asked = items.findLastIndex((item) => item.type === 'message' && item.role === 'user')
  const inLoop = items.findIndex((item, index) => index > asked && item.type === 'function_call')
  return inLoop === -1 ? Infinity : asked + 1
}

/** Puts the reasoning before the text of an assistant's message, where the server looks for it. */
export function addReasoning(
  message: Record<string, unknown>,
  items: readonly ReasoningItem[],
  { field }: ReasoningQuirk,
): void {
  if (field === 'reasoning_details') {
    const details: object[] = []
    for (const item of items) details.push(...encodeDetails(item, details.length))
    if (details.length > 0) message[field] = details
    return
  }
  const text = items.flatMap(({ content = [] }) => content.map((part) => part.text)).join('')
  if (text === '') return
  const content = typeof message['content'] === 'string' ? message['content'] : ''
  switch (field) {
    case 'reasoning_content':
    case 'reasoning':
      message[field] = text
      break
    case 'thinking_chunks':
      message['content'] = [
        { type: 'thinking', thinking: [{ type: 'text', text }] },
        ...(content === '' ? [] : [{ type: 'text', text: content }]),
      ]
      break
    case 'think_tags':
      message['content'] = `<think>\n${text}\n</think>\n\n${content}`
      break
    default:
      field satisfies never
  }
}
