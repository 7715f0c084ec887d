import type { Encoding } from '../tokens/tokenizer-of.ts'

/** What the counting thread is to count. */
export interface CountJob {
  readonly id: number
  readonly encoding: Encoding
  readonly texts: readonly string[]
  /** Milliseconds since 1970 on the machine's clock; later nobody needs the answer. */
  readonly untilMs: number
}

/** Without `counts` when time was up, or for an `error`. */
export interface CountAnswer {
  readonly id: number
  readonly counts?: readonly number[]
  readonly error?: string
}
