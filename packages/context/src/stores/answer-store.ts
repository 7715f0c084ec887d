import type { Item, ModelResponse } from '@fairlead/llm'
import type { KeptAnswer } from './kept-answer.ts'

/**
 * Where answers are kept by idempotency key. Every store passes the suite in
 * `test-support/answer-store-contract.ts`.
 *
 * Guarantees
 * - Tenants are isolated: the same key in two tenants is two answers.
 * - Of two calls that begin an answer under one key, one does.
 * - Only whole answers are kept, for `answerTtlMs`. One that expired is deleted, not hidden; one that
 *   is made does not expire.
 * - Number and bytes are bounded: beyond a store's bounds the oldest whole ones are deleted.
 *
 * Errors: as of `TurnStore`.
 */
export interface AnswerStore {
  /** Begins an answer, which is not whole, unless there is one under its key: then that. */
  begin(answer: KeptAnswer): Promise<KeptAnswer | undefined>
  load(tenant: string, key: string): Promise<KeptAnswer | undefined>
  /** Writes what there is of an answer that is made; skipped for one that is gone or whole. */
  flush(part: AnswerPart & { readonly output: readonly Item[] }): Promise<void>
  /** Keeps the whole answer. False if it is gone. */
  complete(part: AnswerPart & { readonly whole: ModelResponse }): Promise<boolean>
  /** Forgets an answer that will not be whole. */
  drop(part: AnswerPart): Promise<void>
  /**
   * Forgets the answers that no living member of the store makes; all that are not whole in a store
   * without members. Returns how many.
   */
  recover(): Promise<number>
  /** Deletes expired answers, at most `expireBatch` per call. Returns how many. */
  expire(): Promise<number>
}

/** Names the answer of one call: another that begins under the key later is left alone. */
export type AnswerPart = Pick<KeptAnswer, 'tenant' | 'key' | 'id'>

/** How long whole answers are kept: as long as callers may send a call again. */
export const answerTtlMs = 24 * 3_600_000

/** Beyond a bound the oldest whole answers are deleted. */
export interface AnswerBounds {
  readonly answersMax: number
  /** Of their JSON. */
  readonly bytesMax: number
}
