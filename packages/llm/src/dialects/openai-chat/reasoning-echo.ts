import type { Item } from '../../operations/chat/item.ts'
import type { ReasoningEcho, ReasoningQuirk } from '../../operations/chat/server-quirks.ts'

/** The first item from which on reasoning is sent back; Infinity if none is. */
export function echoFrom(items: readonly Item[], echo: ReasoningEcho = 'Never'): number {
  if (echo === 'Always') return 0
  if (echo === 'Never') return Infinity
  const asked = items.findLastIndex((item) => item.type === 'message' && item.role === 'user')
  const inLoop = items.findIndex((item, index) => index > asked && item.type === 'function_call')
  return inLoop === -1 ? Infinity : asked + 1
}

/** The text of a reasoning item, if it is to go back; empty otherwise. */
export function echoedText(item: Item, echoed: boolean): string {
  if (!echoed || item.type !== 'reasoning') return ''
  return (item.content ?? []).map((part) => part.text).join('')
}

/** Puts the reasoning before the text of an assistant's message, where the server looks for it. */
export function addReasoning(
  message: Record<string, unknown>,
  text: string,
  { field }: ReasoningQuirk,
): void {
  const content = typeof message['content'] === 'string' ? message['content'] : ''
  switch (field) {
    case 'reasoning_content':
    case 'reasoning':
      message[field] = text
      break
    case 'reasoning_details':
      message[field] = [{ type: 'reasoning.text', text }]
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
