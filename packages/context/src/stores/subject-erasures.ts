import { hash } from 'node:crypto'

/** What a store knows of the erasures of a subject, for as long as something may be in flight. */
export interface SubjectErasures {
  /**
   * Tells the last erasure from all others, also from those that are not remembered any more: with each
   * call of `TurnStore.removeSubject` it grows, from a time in milliseconds on. 0 for none.
   */
  readonly count: number
  /** How long ago that was last, by the store's own clock; null for a subject that was not erased. */
  readonly agoMs: number | null
}

/** How long an erasure is remembered, without the subject's name: longer than any call takes. */
export const erasureKeptMs = 3_600_000

/** Names a subject without telling who it is. */
export function subjectDigest(tenant: string, subject: string): string {
  return hash('sha256', JSON.stringify([tenant, subject]), 'base64url')
}
