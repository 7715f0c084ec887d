/** How many words each stream has, besides the events around them. */
export const wordsPerStream = 100

/** How long the upstream waits between two events of a stream. */
export const millisecondsPerWord = 5

/** What the upstream has done since it started. */
export interface WordCounts {
  /** Events written, each by itself. */
  readonly events: number
  /** Streams written to their end. */
  readonly streams: number
  /** Streams that have begun and not ended. */
  readonly open: number
}
