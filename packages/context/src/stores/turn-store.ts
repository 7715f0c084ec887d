import type { Item } from '@fairlead/llm'
import type { ContextPlan } from '../plan/context-plan.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { Turn } from '../turns/turn.ts'

/**
 * Where conversations, their turns and their plans are kept. Every store passes the suite in
 * `test-support/store-contract.ts`.
 *
 * Guarantees
 * - Tenants are isolated: the same id in two tenants is two conversations.
 * - `append` is a compare-and-set on the revision: it stores the whole change, items and plan
 *   included, or nothing. Of two changes made from one revision, only one is stored.
 * - A conversation has at most one turn `in_progress`.
 * - What a resolved promise acknowledged survives the end of the process (except in Memory).
 * - Expired and removed conversations are deleted with their turns and plans, not hidden. A
 *   conversation with a running turn does not expire.
 * - A conversation keeps its newest `plansPerConversation` plans.
 *
 * Errors: a rejection means that the store is unavailable and that nothing was acknowledged. Anything
 * else is an outcome. The store never changes a value after returning it.
 */
export interface TurnStore {
  /** The type of the store, such as `Memory`. */
  readonly type: string
  /** The conversation and all its turns, oldest first, read at one moment. */
  load(tenant: string, id: string): Promise<StoredConversation | undefined>
  append(change: ConversationChange): Promise<AppendOutcome>
  /** Writes partial output of running turns; a turn that has ended or is gone is skipped. */
  flush(outputs: readonly PartialOutput[]): Promise<void>
  /** Replaces a running turn by its final form. */
  finish(tenant: string, turn: Turn): Promise<FinishOutcome>
  /** Whether the conversation existed. */
  remove(tenant: string, id: string): Promise<boolean>
  plan(tenant: string, planId: string): Promise<ContextPlan | undefined>
  /**
   * Ends every running turn as `incomplete`, keeping what was flushed. `completedAt` is in Unix
   * seconds. Returns the number of turns.
   */
  recover(completedAt: number): Promise<number>
  /** Deletes expired conversations, at most `expireBatch` per call. Returns how many. */
  expire(): Promise<number>
  close(): Promise<void>
}

export interface StoredConversation {
  readonly conversation: Conversation
  readonly turns: readonly Turn[]
}

export interface ConversationChange {
  /** The revision that the change was made from; null creates the conversation, which must not exist. */
  readonly expectedRevision: number | null
  /** The conversation after the change. */
  readonly conversation: Conversation
  /** Turns to add, in order; only the last may be `in_progress`. */
  readonly turns: readonly Turn[]
  readonly plan?: ContextPlan
}

/** `locked`: the change adds turns, and one is running. */
export type AppendOutcome = 'stored' | 'conflict' | 'locked' | 'missing'

/** `ended`: the turn had already ended and is left unchanged. */
export type FinishOutcome = 'stored' | 'ended' | 'missing'

export interface PartialOutput {
  readonly tenant: string
  readonly conversation: string
  readonly turn: string
  readonly output: readonly Item[]
}

/** How many plans a conversation keeps. */
export const plansPerConversation = 20

/** The most conversations that one `expire` deletes. */
export const expireBatch = 500
