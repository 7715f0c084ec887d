import type { Item, MessageItem } from '@fairlead/llm'
import { isModelItem } from './item-kind.ts'
import { outputInHistory } from './turn-in-history.ts'
import type { Turn } from './turn.ts'

/** What a caller has of a turn, where it differs from what the log has. */
export interface AsSent {
  /** What the application said; undefined when it does not differ. Empty when the caller has none. */
  readonly question?: readonly Item[]
  /** What the model said; undefined when it does not differ. */
  readonly answer?: AnswerAsSent
}

interface AnswerAsSent {
  /** In place of the answer's messages. Empty when the caller has none. */
  readonly messages: readonly MessageItem[]
  /** Whether the caller has the answer's calls. */
  readonly calls: boolean
}

/**
 * The turn as a prompt is to have it: with what its caller has in place of what the log has. The
 * log's reasoning and calls stay where they are, unless the caller has nothing of the answer. It
 * counts as completed, as no more of it is to be left out.
 */
export function turnAsSent(turn: Turn, sent: AsSent | undefined): Turn {
  if (sent === undefined) return turn
  const asked = sent.question ?? turn.input.filter((item) => !isModelItem(item))
  const answered = [...turn.input.filter(isModelItem), ...outputInHistory(turn)]
  return {
    ...turn,
    status: 'completed',
    input: asked,
    output: sent.answer === undefined ? answered : withMessages(answered, sent.answer),
  }
}

function withMessages(items: readonly Item[], { messages, calls }: AnswerAsSent): Item[] {
  if (messages.length === 0 && !calls) return []
  const kept = items.filter((item) => calls || item.type !== 'function_call')
  const isMessage = ({ type }: Item) => type === 'message'
  const own = kept.findIndex(isMessage)
  const place = own === -1 ? kept.findIndex((item) => item.type === 'function_call') : own
  const at = place === -1 ? kept.length : place
  const rest = kept.slice(at).filter((item) => !isMessage(item))
  return [...kept.slice(0, at), ...messages, ...rest]
}
