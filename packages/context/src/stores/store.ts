import type { Item } from '@fairlead/llm'
import type { ContextPlan, Conversation, Turn } from '../conversation.ts'

/**
 * Where conversations are kept. Every store passes the suite in `test-support/store-contract.ts`.
 *
 * Guarantees
 * - Tenants do not see each other: the same id in two tenants is two conversations.
 * - `append` compares and sets: it stores everything it is given, items and plan included, or
 *   nothing. Of two that start from the same revision one is stored.
 * - A conversation has at most one turn `in_progress`.
 * - What a resolved promise acknowledged survives the end of the process (Memory excepted).
 * - Expired and removed conversations are deleted with their turns and plans, not hidden. One whose
 *   turn is running does not expire.
 * - A conversation keeps its newest `plansPerConversation` plans.
 *
 * Errors: a rejection means that the store is not usable now; nothing was acknowledged. Everything
 * else is an outcome. Values that are returned are never changed by the store afterwards.
 */
export interface ConversationStore {
  /** The kind of store, as conversations name it. */
  readonly name: string
  /** The conversation and all its turns, oldest first, as they were at one moment. */
  load(tenant: string, id: string): Promise<StoredConversation | undefined>
  append(change: ConversationChange): Promise<AppendOutcome>
  /** Writes partial output of turns that run; one that ended or is gone is skipped. */
  flush(outputs: readonly PartialOutput[]): Promise<void>
  /** Replaces a running turn by how it ended. */
  finish(tenant: string, turn: Turn): Promise<FinishOutcome>
  /** Whether there was something to remove. */
  remove(tenant: string, id: string): Promise<boolean>
  plan(tenant: string, planId: string): Promise<ContextPlan | undefined>
  /** Ends every running turn as `incomplete` with what was flushed. Returns how many. */
  recover(completedAt: number): Promise<number>
  /** Deletes conversations whose time is over, a bounded number per call. Returns how many. */
  expire(): Promise<number>
  close(): Promise<void>
}

export interface StoredConversation {
  readonly conversation: Conversation
  readonly turns: readonly Turn[]
}

export interface ConversationChange {
  /** The revision that the change was made from; null makes a conversation that must not exist. */
  readonly expectedRevision: number | null
  /** The conversation as it is afterwards. */
  readonly conversation: Conversation
  /** Turns to add, in order; only the last may be `in_progress`. */
  readonly turns: readonly Turn[]
  readonly plan?: ContextPlan
}

/** `locked`: turns were to be added while one is running. */
export type AppendOutcome = 'stored' | 'conflict' | 'locked' | 'missing'

/** `ended`: the turn is not running any more, and stays as it ended. */
export type FinishOutcome = 'stored' | 'ended' | 'missing'

export interface PartialOutput {
  readonly tenant: string
  readonly conversation: string
  readonly turn: string
  readonly output: readonly Item[]
}

/** How many plans a conversation keeps. */
export const plansPerConversation = 20

/** How many conversations one `expire` deletes at most. */
export const expireBatch = 500
