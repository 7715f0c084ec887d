import type { Change } from './change.ts'
import { CompactedError } from './storage-error.ts'

/** The most recent changes of all resources, at most `limit`, oldest first. */
export class ChangeHistory {
  readonly #limit: number
  readonly #changes: Change[] = []
  #compactedRevision: number

  constructor(limit: number, startRevision: number) {
    this.#limit = limit
    this.#compactedRevision = startRevision
  }

  get compactedRevision(): number {
    return this.#compactedRevision
  }

  add(change: Change): void {
    this.#changes.push(change)
    // Dropping an eighth at a time avoids shifting the array on most writes.
    const excess = this.#changes.length - this.#limit
    if (excess > this.#limit / 8) this.#drop(excess)
  }

  /** @throws CompactedError */
  since(resource: string, revision: number): Change[] {
    if (revision < this.#compactedRevision) {
      throw new CompactedError(revision, this.#compactedRevision)
    }
    const changes: Change[] = []
    for (const change of this.#changes.slice(this.#indexAfter(revision))) {
      if (change.key.resource === resource) changes.push(change)
    }
    return changes
  }

  compact(revision: number): void {
    this.#drop(this.#indexAfter(revision))
    this.#compactedRevision = Math.max(this.#compactedRevision, revision)
  }

  #drop(count: number): void {
    const dropped = this.#changes.splice(0, count)
    const last = dropped.at(-1)
    if (last !== undefined) this.#compactedRevision = last.revision
  }

  /** Index of the first change after `revision`; revisions are ascending. */
  #indexAfter(revision: number): number {
    let low = 0
    let high = this.#changes.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#changes[middle]?.revision ?? 0) <= revision) low = middle + 1
      else high = middle
    }
    return low
  }
}
