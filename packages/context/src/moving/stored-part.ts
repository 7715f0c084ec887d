import { canonicalJson } from '@fairlead/base'
import type { ContextPlan } from '../plan/context-plan.ts'
import type { KeptResponse } from '../stores/kept-response.ts'
import type { NewRecord } from '../stores/record-store.ts'
import { summaryKind } from '../summaries/summary-record.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { Turn } from '../turns/turn.ts'

/**
 * What is kept of a conversation, a part at a time, in this order: itself, its turns by seq, the kept
 * responses of those turns, its plans, its end, and the records beside it. Unlike an export over HTTP
 * it is all that there is, under the ids that it has.
 */
export type StoredPart =
  | { readonly object: 'stored.conversation'; readonly conversation: Conversation }
  | { readonly object: 'stored.turn'; readonly turn: Turn }
  | { readonly object: 'stored.response'; readonly response: KeptResponse }
  | { readonly object: 'stored.plan'; readonly plan: ContextPlan }
  | StoredEnd
  | StoredRecord

/** Says that a conversation is whole. */
interface StoredEnd {
  readonly object: 'stored.end'
  readonly tenant: string
  readonly id: string
}

/** One that is owned by a subject stands after all conversations. */
export interface StoredRecord {
  readonly object: 'stored.record'
  readonly record: NewRecord
}

/** Names a conversation. */
export interface ConversationName {
  readonly tenant: string
  readonly id: string
}

/**
 * The kinds of records that are moved. Vectors are made again from what they are of, and keys belong to
 * the store that they encrypt.
 */
export const movedRecordKinds: readonly string[] = [summaryKind, 'notes']

/** Whether both are the same but for the store that has them. */
export function isSameConversation(one: Conversation, other: Conversation): boolean {
  return canonical(one) === canonical(other)
}

function canonical(conversation: Conversation): string {
  const { store: _, ...ccp } = conversation.ccp
  return canonicalJson({ ...conversation, ccp })
}
