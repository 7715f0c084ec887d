/** What a caller's own SDK made of an answer. */
export interface CallerAnswer {
  /** HTTP status. */
  readonly status: number
  /**
   * `Whole`: the answer with its end. `Error`: an error, as status or at the end of a stream.
   * `Unreadable`: the SDK could not read it, and says so. `Truncated`: the connection broke, or the
   * answer ended with neither, which no caller can tell from a whole one.
   */
  readonly ending: 'Whole' | 'Error' | 'Unreadable' | 'Truncated'
  /** The text of the answer, as far as it came. */
  readonly text: string
  /** The code of the error; null for one without. */
  readonly code: string | null | undefined
  /** `Retry-After`; undefined without one. */
  readonly retryAfter: string | undefined
  /** Name of the provider that answered; undefined if none did. */
  readonly provider: string | undefined
  /** `x-fairlead-attempts`; 0 without it. */
  readonly attempts: number
  /** Everything that was received, as text. */
  readonly received: string
}
