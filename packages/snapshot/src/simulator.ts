export interface SimulatorSettings {
  readonly mode: 'Echo' | 'Script'
  /**
   * Script: responses in order, selected by the number of user messages in the prompt; the last one
   * repeats.
   */
  readonly replies: readonly string[]
  /** Delay before the first byte. */
  readonly latencyMs: number
  /** Delay between the words of a stream. */
  readonly wordDelayMs: number
  readonly failure:
    | {
        readonly status: number
        readonly message: string
        /** Every n-th call fails, counted per process; 1 means every call. */
        readonly everyNth: number
        readonly retryAfterSeconds: number | undefined
        /** Instead of an error response: the stream is cut after this many words. */
        readonly afterWords: number | undefined
      }
    | undefined
}
