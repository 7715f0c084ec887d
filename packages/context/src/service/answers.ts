import type { Item, ModelError, ModelResponse } from '@fairlead/llm'
import type { EarlierAnswer } from './conversations.ts'

/**
 * The answers of calls that belong to no conversation, by the idempotency keys of the calls.
 * Deadlines and errors are those of `Conversations`.
 */
export interface Answers {
  /**
   * Begins the answer of a call before its model is asked, or finds that of a call with the same
   * key. Throws a ModelError 409 `idempotency_conflict` for a key that was used for another request.
   */
  begin(answer: NewAnswer): Promise<OpenAnswer>
}

export interface NewAnswer {
  readonly tenant: string
  readonly key: string
  /** Digest of the request. */
  readonly digest: string
  /** Id of the kept response that will tell it. */
  readonly response?: string
}

/** An answer that is being made. */
export interface OpenAnswer {
  /** Of the answer: that of the kept response, if one tells it. */
  readonly id: string
  /** Unix seconds. */
  readonly createdAt: number
  /**
   * Set when the key was used before: no model must be called. `id` and `createdAt` are then those of
   * that answer; the methods do nothing.
   */
  readonly earlier?: EarlierAnswer
  /** Hands over the answer so far. Never blocks and never throws. */
  flush(output: readonly Item[]): void
  /**
   * Keeps the whole answer. An answer that cannot be kept is only logged, because its caller has it:
   * who sends the call again has it made again.
   */
  complete(whole: ModelResponse): Promise<void>
  /** Forgets it: who sends the call again has it made again. Never rejects. */
  fail(error: ModelError): Promise<void>
}
