import type { Encoding } from './tokenizer-of.ts'

/** Texts whose tokens are to be counted. */
export interface CountRequest {
  readonly encoding: Encoding
  readonly texts: readonly string[]
  /** How long the count may take, with everything that waits before it. */
  readonly deadlineMs: number
}

/** Counts as a tokenizer does. Takes any text: what looks like a special token is text like any. */
export interface TokenCounter {
  /**
   * The tokens of each text; undefined when they cannot be counted in time, or too many wait. Never
   * rejects.
   */
  count(request: CountRequest): Promise<readonly number[] | undefined>
}
