import type { Item } from '@fairlead/llm'
import type { Conversation } from '../turns/conversation.ts'
import type { Turn } from '../turns/turn.ts'

export interface BasisQuery {
  /** The branch whose path is read; the selected one when left out. */
  readonly branch?: string
  /** The most turns of the path; a whole number. */
  readonly pathMax: number
  /** An idempotency key to look for. */
  readonly key?: string
  /** The digest of a request to look for among the newest `repeatedTurnsMax` turns. */
  readonly digest?: string
}

/** What a new turn needs to know of its conversation, read at one moment. */
export interface ConversationBasis {
  readonly conversation: Conversation
  readonly running: Turn | undefined
  /** The end of the path to the head of the branch, oldest first; empty for an unknown branch. */
  readonly path: readonly Turn[]
  /** Pinned turns of the path to that head that are not in `path`, oldest first. */
  readonly pinned: readonly Turn[]
  /** The turn whose instructions are in force after that head, if it is not in `path`. */
  readonly instructing: Turn | undefined
  /** The newest turn with the idempotency key, on any branch. */
  readonly keyed: Turn | undefined
  /** The newest turn with the digest. */
  readonly repeated: Turn | undefined
}

export interface PathQuery {
  /** Id of the turn that the path leads to. */
  readonly to: string
  /** The most turns: those at the end of the path. */
  readonly max: number
}

export interface StorePageQuery {
  /** At least 1. */
  readonly limit: number
  /** `asc` begins with the oldest. */
  readonly order: 'asc' | 'desc'
  /** Id of the entry to continue after. */
  readonly after?: string
}

export interface TurnPageQuery extends StorePageQuery {
  /** Id of the turn to whose path the page is limited; all turns when left out. */
  readonly pathTo?: string
}

export type StorePage<Entry> =
  | { readonly outcome: 'found'; readonly entries: readonly Entry[]; readonly hasMore: boolean }
  /** There is no such conversation. */
  | { readonly outcome: 'missing' }
  /** There is no entry with the id of `after`. */
  | { readonly outcome: 'unknown-after' }

/** An item with its id. */
export type IdentifiedItem = Item & { readonly id: string }

export interface ConversationQuery extends StorePageQuery {
  readonly subject?: string
  /** Pairs that a conversation must all have. */
  readonly metadata?: Readonly<Record<string, string>>
}

export type ConversationPage =
  | {
      readonly outcome: 'found'
      readonly conversations: readonly Conversation[]
      /**
       * The id to continue after; null at the end. A page may have fewer than `limit` conversations,
       * or none, and yet not be the last: one call looks at `listScanMax` conversations at most.
       */
      readonly next: string | null
    }
  | { readonly outcome: 'unknown-after' }

/** What one call deleted of what is kept of a subject. */
export interface SubjectRemoval {
  readonly conversations: number
  readonly turns: number
  readonly plans: number
  /** Kept responses of those conversations. */
  readonly responses: number
  /** Conversations that a legal hold keeps; not all are counted while there is more. */
  readonly held: number
  /** Whether more is left: the same call deletes it. */
  readonly more: boolean
}

/** How many of the newest turns are searched for a repeated request. */
export const repeatedTurnsMax = 8

/** The most outlines that one call returns. */
export const outlinesPerCall = 1000

/** The most conversations that one call of `list` looks at. */
export const listScanMax = 5000

/** The most conversations that one call of `removeSubject` deletes. */
export const subjectBatch = 100
