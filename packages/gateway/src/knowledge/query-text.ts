import type { Item, MessageItem } from '@fairlead/llm'

/** As much of a question as is searched for, in characters; its end says most. */
const questionMax = 4000
/** How many user messages are a conversation. */
const messagesMax = 4

/** What is searched for: the last user message, or the last few, the newest last. */
export function queryText(
  mode: 'LastUserMessage' | 'Conversation',
  items: readonly Item[],
): string {
  const asked = items.filter(isUserMessage).map(messageText)
  const texts = asked.filter((text) => text.trim() !== '')
  const used = mode === 'Conversation' ? texts.slice(-messagesMax) : texts.slice(-1)
  return used.join('\n').slice(-questionMax).toWellFormed()
}

function isUserMessage(item: Item): item is MessageItem {
  return item.type === 'message' && item.role === 'user'
}

function messageText({ content }: MessageItem): string {
  return content.map((part) => ('text' in part ? part.text : '')).join('\n')
}
