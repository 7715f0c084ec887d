import type { FactorStore } from './factor-store.ts'
import type { AnswerStore } from './answer-store.ts'
import type { RecordStore } from './record-store.ts'
import type { StoreMembers } from './store-members.ts'
import type { ResponseStore } from './response-store.ts'
import type { TurnStore } from './turn-store.ts'

/** An opened ConversationStore: conversations, and responses that are kept beside them. */
export interface ContextStore extends TurnStore {
  /** Closed with the store. */
  readonly responses: ResponseStore
  /** Closed with the store. */
  readonly factors: FactorStore
  /** Of calls that belong to no conversation. Closed with the store. */
  readonly answers: AnswerStore
  /** Of conversations and subjects. Closed with the store. */
  readonly records: RecordStore
  /**
   * The processes that have the store open; undefined where one has it alone, as with a file or
   * memory.
   */
  readonly members?: StoreMembers
}
