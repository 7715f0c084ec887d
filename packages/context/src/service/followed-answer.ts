import type { Item, ModelError, ModelResponse } from '@fairlead/llm'

/** An answer that another call makes, as far as it has come. */
export interface AnswerState {
  readonly output: readonly Item[]
  /** How it ended; undefined while it is made. */
  readonly end: AnswerEnd | undefined
}

/** The whole answer, or why there is none. */
export type AnswerEnd = { readonly response: ModelResponse } | { readonly error: ModelError }

/** An answer that another call makes, followed by a call that joined it. Read by one reader. */
export interface FollowedAnswer {
  /**
   * What there is of it: the first time at once, later when there may be more. Not called again
   * after its end. Rejects with the reason of the signal, or as the store is unavailable.
   */
  next(signal: AbortSignal): Promise<AnswerState>
}
