/** Decides whether writes may still be sent, such as those of a leader. */
export interface WriteFence {
  /** Throws if no write may be sent any more. Called right before the bytes of each are sent. */
  check(): void
  /** Aborts, with what `check` throws, when writes that are on their way must end. */
  readonly signal: AbortSignal
}
