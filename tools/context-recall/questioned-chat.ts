import type { Turn } from '@fairlead/context'
import { newConversation } from '../../packages/context/src/turns/new-conversation.ts'
import { appendItems } from '../../packages/context/src/turns/append-items.ts'

/** A chat, and questions about it with the messages that answer them. */
export interface QuestionedChat {
  readonly name: string
  readonly messages: readonly ChatMessage[]
  readonly questions: readonly ChatQuestion[]
}

export interface ChatMessage {
  readonly id: number
  readonly role: 'user' | 'assistant'
  readonly content: string
}

export interface ChatQuestion {
  readonly text: string
  /** Ids of the messages that answer it; at least one. */
  readonly evidence: readonly number[]
}

/** The turns of a chat, as a conversation would have them. */
export function turnsOf({ messages, name }: QuestionedChat): readonly Turn[] {
  let made = 0
  return appendItems({
    conversation: newConversation({ id: name, tenant: '', store: '', nowMs: 0 }),
    head: undefined,
    items: messages.map(({ content, role }) => ({
      type: 'message',
      role,
      content: [{ type: role === 'user' ? 'input_text' : 'output_text', text: content }],
    })),
    taken: new Set(),
    newId: (prefix) => `${prefix}${name}_${++made}`,
    atSeconds: 0,
  })
}
