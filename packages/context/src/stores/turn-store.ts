import type { Item } from '@fairlead/llm'
import type { ContextPlan } from '../plan/context-plan.ts'
import type { Conversation, EpochState } from '../turns/conversation.ts'
import type { Turn } from '../turns/turn.ts'
import type { TurnOutline } from '../turns/turn-outline.ts'
import type { SubjectErasures } from './subject-erasures.ts'
import type {
  BasisQuery,
  ConversationBasis,
  ConversationPage,
  ConversationQuery,
  IdentifiedItem,
  PathQuery,
  StorePage,
  StorePageQuery,
  SubjectRemoval,
  TurnPageQuery,
} from './turn-queries.ts'

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
 *   conversation with a running turn does not expire. One with a legal hold is neither expired nor
 *   removed.
 * - A conversation keeps its newest `plansPerConversation` plans.
 * - `basis`, `append` and `finish` cost the same however long the log is.
 * - Once the last part of `removeSubject` has resolved, nothing of the subject is there that was stored
 *   before; and what names in `erasures` the count that was read when it was begun is not stored any
 *   more. What names one of an erasure that has been forgotten since is stored as long as no other comes.
 * - What was stored as an item of a turn and is none is not returned; the turn names it.
 *
 * Errors: a rejection means that the store is unavailable and that nothing was acknowledged. Anything
 * else is an outcome. The store never changes a value after returning it.
 */
export interface TurnStore {
  /** The type of the store, such as `Memory`. */
  readonly type: string
  conversation(tenant: string, id: string): Promise<Conversation | undefined>
  /** The conversation and what a new turn needs of its log; undefined if there is none. */
  basis(tenant: string, id: string, query: BasisQuery): Promise<ConversationBasis | undefined>
  /** The end of the path to a turn, oldest first; empty if there is no such turn. */
  path(tenant: string, id: string, query: PathQuery): Promise<readonly Turn[]>
  turn(tenant: string, id: string, turnId: string): Promise<Turn | undefined>
  /**
   * Outlines of the turns after `afterSeq`, by seq, `outlinesPerCall` at most: ask again from the
   * last, until none come. Those of running turns change when they end.
   */
  outline(tenant: string, id: string, afterSeq: number): Promise<readonly TurnOutline[]>
  /** A page of all turns, by seq, whatever their branch; or of those of one path. */
  turnPage(tenant: string, id: string, query: TurnPageQuery): Promise<StorePage<Turn>>
  /**
   * A page of the items on the path to `ccp.head`. Turns that failed or were cancelled without
   * output are not listed.
   */
  itemPage(tenant: string, id: string, query: StorePageQuery): Promise<StorePage<IdentifiedItem>>
  /** An item of any branch; that of the selected branch where several have the id. */
  item(tenant: string, id: string, itemId: string): Promise<IdentifiedItem | undefined>
  /** The turns that have an item, on whatever branch. */
  turnsOfItem(tenant: string, id: string, itemId: string): Promise<readonly Turn[]>
  append(change: ConversationChange): Promise<AppendOutcome>
  /** Writes partial output of running turns; a turn that has ended or is gone is skipped. */
  flush(outputs: readonly PartialOutput[]): Promise<void>
  /** Replaces a running turn by its final form, and what else its end decides. */
  finish(tenant: string, change: TurnEndChange): Promise<FinishOutcome>
  /** Replaces the plan of the same id. Whether there was one. */
  replacePlan(tenant: string, plan: ContextPlan): Promise<boolean>
  remove(tenant: string, id: string): Promise<RemoveOutcome>
  plan(tenant: string, planId: string): Promise<ContextPlan | undefined>
  /** Conversations of a tenant, by the time when they were created. */
  list(tenant: string, query: ConversationQuery): Promise<ConversationPage>
  /** The tenants that have conversations, in any order: for work on all of a store. */
  tenants(): Promise<readonly string[]>
  /** Whatever is to be stored of a subject reads this first, and says the count with it. */
  erasures(tenant: string, subject: string): Promise<SubjectErasures>
  /** Deletes conversations of a subject, with the kept responses of each, `subjectBatch` at most. */
  removeSubject(tenant: string, subject: string): Promise<SubjectRemoval>
  /**
   * Ends the running turns that no living member of the store runs as `incomplete`, keeping what was
   * flushed; all of them in a store without members, whose only process asks before it runs any.
   * `completedAt` is in Unix seconds. Returns the number of turns.
   */
  recover(completedAt: number): Promise<number>
  /** Deletes expired conversations, at most `expireBatch` per call. Returns how many. */
  expire(): Promise<number>
  /** Rejects, with a message for the operator, unless the store can take changes. */
  check(): Promise<void>
  /** Changes how long conversations and responses are kept, at once. */
  configure(settings: StoreRetention): Promise<void>
  close(): Promise<void>
}

export interface StoreRetention {
  /** Whether what is stored stays as it is, but for the end of what runs. False when left out. */
  readonly isFrozen?: boolean
  /**
   * Of the ConversationStore that says so: of two processes, the one with the newer one is right. 0
   * when left out.
   */
  readonly generation?: number
  /** What is untouched for longer is deleted; null keeps conversations, and responses 30 days. */
  readonly ttlMs: number | null
}

export interface ConversationChange {
  /** The revision that the change was made from; null creates the conversation, which must not exist. */
  readonly expectedRevision: number | null
  /** The conversation after the change. */
  readonly conversation: Conversation
  /**
   * Whether the stored epoch stays: for a change that is not about it, as the end of a turn may change
   * it without counting the revision up.
   */
  readonly keepsEpoch?: boolean
  /** Turns to add, in order; only the last may be `in_progress`. Their parents are stored, or precede them. */
  readonly turns: readonly Turn[]
  /** Stored turns that have ended, in a new form; their place in the tree stays. */
  readonly rewritten?: readonly Turn[]
  readonly plan?: ContextPlan
  /** The `count` of the subject's erasures when the change was begun; unchecked when left out. */
  readonly erasures?: number
}

/**
 * `locked`: the change adds turns, and one is running. `erased`: the subject has been erased since the
 * change was begun, which says what erasures it knew.
 */
export type AppendOutcome = 'stored' | 'conflict' | 'locked' | 'missing' | 'erased'

export interface TurnEndChange {
  readonly turn: Turn
  /** Replaces the conversation's, unless another turn or branch has been selected meanwhile. */
  readonly epoch?: EpochState
  /** Replaces the plan of the same id. */
  readonly plan?: ContextPlan
}

/** `ended`: the turn had already ended and is left unchanged, as is everything else. */
export type FinishOutcome = 'stored' | 'ended' | 'missing'

/** `held`: a legal hold keeps it. */
export type RemoveOutcome = 'removed' | 'missing' | 'held'

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
