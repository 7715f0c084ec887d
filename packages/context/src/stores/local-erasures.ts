import { type Clock, RecentMap } from '@fairlead/base'
import { erasureKeptMs, subjectDigest, type SubjectErasures } from './subject-erasures.ts'

interface Erased {
  readonly count: number
  readonly atMs: number
}

const rememberedMax = 10_000

/** The erasures of a store that one process has alone: what was in flight ends with the process. */
export class LocalErasures {
  readonly #clock: Pick<Clock, 'now'>
  readonly #erased = new RecentMap<Erased>(rememberedMax)
  #last = 0

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock
  }

  of(tenant: string, subject: string): SubjectErasures {
    const erased = this.#erased.get(subjectDigest(tenant, subject))
    const agoMs = erased === undefined ? Infinity : Math.max(0, this.#clock.now() - erased.atMs)
    if (erased === undefined || agoMs > erasureKeptMs) return { count: 0, agoMs: null }
    return { count: erased.count, agoMs }
  }

  note(tenant: string, subject: string): void {
    const atMs = this.#clock.now()
    this.#last = Math.max(this.#last + 1, Math.floor(atMs))
    this.#erased.set(subjectDigest(tenant, subject), { count: this.#last, atMs })
  }

  /** Whether the subject has been erased since `count` was its last erasure; false if all are forgotten. */
  isErasedSince(tenant: string, subject: string | null, count: number | undefined): boolean {
    if (count === undefined || subject === null) return false
    const last = this.of(tenant, subject)
    return last.agoMs !== null && last.count !== count
  }
}
