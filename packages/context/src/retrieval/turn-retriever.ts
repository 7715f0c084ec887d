import type { Item } from '@fairlead/llm'
import type { Conversation } from '../turns/conversation.ts'
import type { RetrievedBlock, RetrievedPassage } from '../turns/retrieved-block.ts'
import type { LeftOutTurns, Turn } from '../turns/turn.ts'

/** Looks for what matters to a turn before its prompt is made. */
export interface TurnRetriever {
  /** What it searches, as plans name it where it fails. */
  readonly searches: Pick<RetrievedPassage, 'kind' | 'source'>
  /** How long it may take; what comes later is left out, and the plan says so. 2000 when left out. */
  readonly deadlineMs?: number
  /**
   * Told of every turn before its prompt is made, also where nothing is looked for: inside a loop of tool
   * calls, and where a call that is sent again has what it had before. Must not throw.
   */
  prepares?(input: Omit<RetrievalInput, 'signal'>): void
  /**
   * Undefined where there is nothing to search. Throws a ModelError to fail the call; any other error
   * leaves the turn without it, and is told in the plan.
   */
  retrieve(input: RetrievalInput): Promise<RetrievedBlock | undefined>
}

/** What a retriever may look at. */
export interface RetrievalInput {
  /** As it was before the turn. */
  readonly conversation: Conversation
  /** The end of the path to the turn, oldest first, as far as it was read for the prompt. */
  readonly path: readonly Turn[]
  /** The turn that the new one follows; null for none. */
  readonly parent: string | null
  /** What is new: the question, without what was recognised as said before. */
  readonly input: readonly Item[]
  /** Turns that the prompt has anyway. */
  readonly inPrompt: ReadonlySet<string>
  /** Turns of the path that the caller deleted; null for none. */
  readonly leftOut: LeftOutTurns | null
  /** The passages that those turns quote already, by their keys (`passageKey`). */
  readonly earlier: ReadonlyMap<string, RetrievedPassage>
  /** The model that the call asks for. */
  readonly model: string
  /** An estimate that is rarely too low; never throws. */
  countTokens(text: string): number
  /** Aborts at the deadline, and when the call ends. */
  readonly signal: AbortSignal
}
