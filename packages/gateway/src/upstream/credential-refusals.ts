import { hash } from 'node:crypto'
import type { Clock } from '@fairlead/base'

/** How long a refused key is skipped while there is another one. */
const skippedMs = 60_000

/** How long after a key's first refusal calls wait for its Secret to change, as in a rotation. */
const rotationGraceMs = 1_500

const entriesMax = 256

/** The keys that upstreams refused, by digest. Shared by all calls and bounded. */
export class CredentialRefusals {
  readonly #clock: Clock
  readonly #firstAt = new Map<string, number>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  note(value: string): void {
    const digest = hash('sha256', value)
    if (this.isRefused(value)) return
    if (this.#firstAt.size >= entriesMax) {
      const oldest = this.#firstAt.keys().next().value
      if (oldest !== undefined) this.#firstAt.delete(oldest)
    }
    this.#firstAt.delete(digest)
    this.#firstAt.set(digest, this.#clock.now())
  }

  isRefused(value: string): boolean {
    if (this.#firstAt.size === 0) return false
    const at = this.#firstAt.get(hash('sha256', value))
    return at !== undefined && this.#clock.now() - at < skippedMs
  }

  /** The key was accepted after all. */
  clear(value: string): void {
    if (this.#firstAt.size > 0) this.#firstAt.delete(hash('sha256', value))
  }

  /** How long a call may still wait for a replacement of this key; 0 if it should not. */
  rotationWaitMs(value: string): number {
    const at = this.#firstAt.get(hash('sha256', value))
    return at === undefined ? 0 : Math.max(at + rotationGraceMs - this.#clock.now(), 0)
  }
}
