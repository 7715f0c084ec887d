export interface SimulatorSettings {
  readonly mode: 'Echo' | 'Script'
  /** Script: answered in order, by the number of user messages in the prompt, last one repeated. */
  readonly replies: readonly string[]
  /** Before the first byte. */
  readonly latencyMs: number
  /** Between the words of a stream. */
  readonly wordDelayMs: number
  readonly failure:
    | {
        readonly status: number
        readonly message: string
        /** Every n-th call fails, counted per process; 1 means every call. */
        readonly everyNth: number
        readonly retryAfterSeconds: number | undefined
        /** Instead of an error answer: the stream is cut after so many words. */
        readonly afterWords: number | undefined
      }
    | undefined
}
