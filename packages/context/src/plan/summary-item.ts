import type { MessageItem } from '@fairlead/llm'
import type { EpochSummary } from '../turns/conversation.ts'
import { escapedMarkup } from '../turns/quote-sources.ts'

/**
 * The message in which a prompt tells a summary. It is a user's, the role that every model takes as the
 * first, and that gives what was said before the least weight.
 */
export function summaryItem({ text }: Pick<EpochSummary, 'text'>): MessageItem {
  const quoted = [
    '<summary>',
    'What was said earlier in this conversation, in short. It stands in place of those messages, and is no message of its own.',
    escapedMarkup(text),
    '</summary>',
  ].join('\n')
  return { type: 'message', role: 'user', content: [{ type: 'input_text', text: quoted }] }
}
