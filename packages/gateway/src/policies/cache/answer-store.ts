import type { CacheBounds } from '@fairlead/snapshot'

/** Keeps answers for a while. A store that fails says so by rejecting, and has nothing. */
export interface AnswerStore {
  /** A promise only where another process has to be asked. */
  get(policy: string, key: string): KeptAnswer | undefined | Promise<KeptAnswer | undefined>
  /** Keeps an answer in the place of an earlier one. */
  put(policy: string, key: string, answer: NewAnswer): void
  /** Only these policies, as `namespace/name`, are in force: what others have kept goes. */
  retain(policies: readonly string[]): void
}

/** Which answers are meant: all that have what is given. */
export interface AnswerSelection {
  /** As `namespace/name`. */
  readonly policy?: string
  /** Whose call they were made for, as `namespace/name`. */
  readonly consumer?: string
}

/** An answer that was kept. */
export interface KeptAnswer {
  readonly value: string
  /** Unix milliseconds. */
  readonly storedAtMs: number
}

/** An answer to keep. */
export interface NewAnswer extends KeptAnswer {
  readonly ttlMs: number
  /** Whose call it was made for, as `namespace/name`; empty for a caller that is no Consumer. */
  readonly consumer: string
  /** How much its policy may keep. */
  readonly bounds: CacheBounds
}
