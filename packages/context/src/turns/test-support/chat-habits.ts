import type { Item } from '@fairlead/llm'
import type { ChatHabits } from './chat-client.ts'

const plain: ChatHabits = {
  instructions: undefined,
  window: undefined,
  keep: (item) => item,
  send: (item) => item,
}

/** Changes the text of a message; other items stay. */
export function withText(item: Item, change: (text: string) => string): Item {
  if (item.type !== 'message') return item
  const content = item.content.map((part) =>
    part.type === 'input_text' || part.type === 'output_text'
      ? { ...part, text: change(part.text) }
      : part,
  )
  return { ...item, content }
}

/** Whether it is a message of the model. */
export const isAnswer = (item: Item) => item.type === 'message' && item.role === 'assistant'
const isLong = (text: string) => text.length > 60

/** Interfaces by what they do to messages. */
export const chatHabits: Readonly<Record<string, ChatHabits>> = {
  plain,
  dated: { ...plain, instructions: (number) => `Today is day ${number}.` },
  'of a window': { ...plain, window: 7 },
  'of a short window with a persona': { ...plain, window: 3, instructions: () => 'Be brief.' },
  trimming: { ...plain, keep: (item) => withText(item, (text) => text.trim()) },
  'without thinking': {
    ...plain,
    keep: (item) => withText(item, (text) => text.replace(/<think>.*?<\/think>/su, '')),
  },
  'with sources': {
    ...plain,
    keep: (item) =>
      isAnswer(item)
        ? withText(item, (text) => (isLong(text) ? `${text} [1]\n\nSources:\n[1] A page` : text))
        : item,
  },
  'with half the answer': {
    ...plain,
    keep: (item) =>
      isAnswer(item)
        ? withText(item, (text) => (isLong(text) ? text.slice(0, text.length / 2) : text))
        : item,
  },
  'that signs and respells': {
    ...plain,
    send: (item, number) =>
      item.type === 'function_call'
        ? { ...item, arguments: JSON.stringify(JSON.parse(item.arguments), null, 1) }
        : withText(item, (text) =>
            text
              .replace('signature=0', `signature=${number}`)
              .replaceAll(' ', ' \r\n')
              .normalize('NFD'),
          ),
  },
  'that renames calls': {
    ...plain,
    send: (item) =>
      item.type === 'function_call' || item.type === 'function_call_output'
        ? { ...item, call_id: `renamed_${item.call_id}` }
        : item,
  },
}

/** The habits of a name of `chatHabits`; those of a plain interface for any other. */
export function habitsOf(name: string): ChatHabits {
  return chatHabits[name] ?? plain
}
