import {
  answerKeyOf,
  answerText,
  beginningDigests,
  questionKey,
  textDigest,
  type AnswerKey,
  type QuestionKey,
} from './item-key.ts'
import type { Item } from '@fairlead/llm'
import { isModelItem } from './item-kind.ts'
import { normalisedAnswer } from './normalised-text.ts'
import { leftOutReason, outputInHistory } from './turn-in-history.ts'
import type { Turn } from './turn.ts'

/** Outlines of another version are made again from their turns. */
export const outlineVersion = 1

/** A turn as far as bodies are compared with it: digests instead of texts. Plain JSON. */
export interface TurnOutline {
  readonly id: string
  readonly parent: string | null
  readonly seq: number
  /** Whether prompts may include it; then it may have successors. False while it runs. */
  readonly in_history: boolean
  /** Whether its answer broke off: callers may have more or less of it than the log. */
  readonly cut: boolean
  /** The turn of its path whose instructions are in force after it; null for none. */
  readonly instructed_by: string | null
  /** Digest of the turn's own instructions; empty when it has none. */
  readonly instructions: string
  /** What the application said, item by item. */
  readonly input: readonly QuestionKey[]
  /** What the model said: an answer that the caller began, and the turn's output. */
  readonly answer: LoggedAnswerKey
}

/** With the beginnings by which answers are recognised that their callers shortened. */
export interface LoggedAnswerKey extends AnswerKey {
  /** Digests of the normalised text's beginnings of 16, 32, 64 … characters. */
  readonly beginnings: readonly string[]
}

/** Makes the outline of a turn; about ten microseconds for an exchange of a kilobyte. */
export function outlineOf(turn: Turn): TurnOutline {
  const answer = [...turn.input.filter(isModelItem), ...outputInHistory(turn)]
  const normalised = normalisedAnswer(answerText(answer))
  return {
    id: turn.id,
    parent: turn.parent,
    seq: turn.seq,
    in_history: leftOutReason(turn, new Set()) === undefined,
    cut: turn.status !== 'completed' && turn.status !== 'in_progress',
    instructed_by: turn.instructed_by,
    instructions: instructionsKey(turn.instructions),
    input: turn.input.filter((item) => !isModelItem(item)).map(questionKey),
    answer: { ...answerKeyOf(answer, normalised), beginnings: beginningDigests(normalised.text) },
  }
}

/** What instructions are compared by; empty for none. */
export function instructionsKey(instructions: readonly Item[]): string {
  if (instructions.length === 0) return ''
  const keys = instructions.map(questionKey)
  return textDigest(keys.map(({ text, exact }) => `${text} ${exact}`).join('\n'))
}
