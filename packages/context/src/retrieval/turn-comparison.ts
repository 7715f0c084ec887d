import type { Conversation } from '../turns/conversation.ts'
import type { IndexedTurn } from './turn-index.ts'
import type { SimilarMessages } from './turn-vectors.ts'

/** Compares earlier turns with what a new one asks, by vectors. */
export interface TurnComparison {
  /** Rejects with the reason of the signal only. */
  compare(compared: ComparedTurns): Promise<ComparedBy>
}

/** What is compared. */
export interface ComparedTurns {
  readonly conversation: Conversation
  readonly question: string
  readonly path: readonly IndexedTurn[]
  /** Of each turn of the path, whether it may be quoted: 1, else 0. */
  readonly accepted: Uint8Array
  readonly signal: AbortSignal
}

export interface ComparedBy {
  /** Undefined where nothing could be compared: then words decide alone. */
  readonly similar: SimilarMessages | undefined
  /** What was not as it was asked for, in words, without anything secret. */
  readonly problem?: string
}
