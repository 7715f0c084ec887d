import type { Clock } from '@fairlead/base'
import { erasureKeptMs, subjectDigest, type SubjectErasures } from './subject-erasures.ts'

interface Erased {
  readonly count: number
  readonly atMs: number
}

/** Of one generation. */
const rememberedMax = 5000

/**
 * The erasures of a store that one process has alone: what was in flight ends with the process. Past
 * some thousand subjects the oldest are forgotten, and then count as erased for whatever began before.
 */
export class LocalErasures {
  readonly #clock: Pick<Clock, 'now'>
  /** When it is full, it becomes the older one, and what that had is forgotten. */
  #newer = new Map<string, Erased>()
  #older = new Map<string, Erased>()
  #last: Erased = { count: 0, atMs: Number.NEGATIVE_INFINITY }
  /** The last of those in `#older`, and of those that are forgotten. */
  #lastOlder: Erased | undefined
  #forgotten: Erased | undefined

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  of(tenant: string, subject: string): SubjectErasures {
    const erased = this.#find(tenant, subject)
    if (erased !== undefined) return { count: erased.count, agoMs: this.#agoMs(erased) }
    // Tells who reads it from those who have read before something was forgotten.
    return this.#isKept(this.#forgotten)
      ? { count: this.#last.count, agoMs: this.#agoMs(this.#forgotten) }
      : { count: 0, agoMs: null }
  }

  note(tenant: string, subject: string): void {
    if (this.#newer.size >= rememberedMax) {
      this.#forgotten = this.#lastOlder
      this.#lastOlder = this.#last
      this.#older = this.#newer
      this.#newer = new Map()
    }
    const atMs = this.#clock.now()
    this.#last = { count: Math.max(this.#last.count + 1, Math.floor(atMs)), atMs }
    this.#newer.set(subjectDigest(tenant, subject), this.#last)
  }

  /** Whether the subject has been, or may have been, erased since `count` was its last erasure. */
  isErasedSince(tenant: string, subject: string | null, count: number | undefined): boolean {
    if (count === undefined || subject === null) return false
    const erased = this.#find(tenant, subject)
    if (erased !== undefined) return erased.count !== count
    return this.#isKept(this.#forgotten) && count < this.#forgotten.count
  }

  #find(tenant: string, subject: string): Erased | undefined {
    const digest = subjectDigest(tenant, subject)
    const erased = this.#newer.get(digest) ?? this.#older.get(digest)
    return this.#isKept(erased) ? erased : undefined
  }

  #isKept(erased: Erased | undefined): erased is Erased {
    return erased !== undefined && this.#agoMs(erased) <= erasureKeptMs
  }

  #agoMs({ atMs }: Erased): number {
    return Math.max(0, this.#clock.now() - atMs)
  }
}
