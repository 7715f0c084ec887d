/** What the life of a work queue took, in milliseconds, and the most memory of its process. */
export interface QueueLife {
  readonly addMs: number
  /** The higher priority for every second key. */
  readonly raiseMs: number
  readonly takeMs: number
  readonly peakMiB: number
}
