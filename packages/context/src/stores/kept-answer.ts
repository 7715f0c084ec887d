import type { Item, ModelResponse } from '@fairlead/llm'

/**
 * The answer of a call that belongs to no conversation, under the idempotency key of the call: made
 * now, or kept for who sends the call again.
 */
export interface KeptAnswer {
  /** `namespace/name` of the Consumer, or empty for anonymous callers. */
  readonly tenant: string
  readonly key: string
  /** `ans_` + ULID: tells the calls apart that had the key one after the other. */
  readonly id: string
  /** Digest of the request that it answers. */
  readonly digest: string
  /** The kept response that tells it; null where none does. */
  readonly response: string | null
  /** Unix seconds. */
  readonly created_at: number
  /** What there is of it while it is made; empty once it is whole. */
  readonly output: readonly Item[]
  /** The whole answer; null while it is made. */
  readonly whole: ModelResponse | null
}
