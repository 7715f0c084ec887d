import type { Change } from './change.ts'
import { CompactedError } from './storage-error.ts'

/** How much of the past is kept. A change counts as many bytes as its object as JSON. */
export interface HistoryLimits {
  /** Of all resources. */
  readonly changes: number
  readonly bytes: number
  /** Of each resource, so that a busy one does not take the past of all others. */
  readonly bytesPerResource: number
}

interface Entry {
  readonly change: Change
  readonly bytes: number
}

/** The recent past of one resource, oldest first. */
class ResourceHistory {
  /** Undefined where they have been dropped. */
  #entries: (Entry | undefined)[] = []
  /** The first that has not been dropped: removing them one by one would be quadratic. */
  #start = 0
  bytes = 0
  compactedRevision = 0

  get length(): number {
    return this.#entries.length - this.#start
  }

  get oldestRevision(): number {
    return this.#entries[this.#start]?.change.revision ?? Number.POSITIVE_INFINITY
  }

  add(entry: Entry): void {
    this.#entries.push(entry)
    this.bytes += entry.bytes
  }

  dropOldest(): void {
    const entry = this.#entries[this.#start]
    if (entry === undefined) return
    this.bytes -= entry.bytes
    this.compactedRevision = entry.change.revision
    this.#entries[this.#start] = undefined
    this.#start += 1
    if (this.#start < 64 || this.#start < this.#entries.length / 2) return
    this.#entries = this.#entries.slice(this.#start)
    this.#start = 0
  }

  /** The changes after `revision`; revisions are ascending. */
  since(revision: number): Change[] {
    let low = this.#start
    let high = this.#entries.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((this.#entries[middle]?.change.revision ?? 0) <= revision) low = middle + 1
      else high = middle
    }
    return this.#entries.slice(low).flatMap((entry) => (entry === undefined ? [] : [entry.change]))
  }
}

/**
 * The most recent changes of all resources, within limits of their number and their bytes. What is
 * dropped is the oldest change of the resource that has more bytes than it may, or else of all.
 */
export class ChangeHistory {
  readonly #limits: HistoryLimits
  readonly #byResource = new Map<string, ResourceHistory>()
  /** Changes up to this revision have been compacted, whichever resource they are of. */
  #compactedRevision: number
  #length = 0
  #bytes = 0

  constructor(limits: HistoryLimits, startRevision: number) {
    this.#limits = limits
    this.#compactedRevision = startRevision
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Changes of a resource up to and including this revision are not known any more. */
  compactedRevision(resource: string): number {
    const own = this.#byResource.get(resource)?.compactedRevision ?? 0
    return Math.max(own, this.#compactedRevision)
  }

  /** `bytes` is the length of the change's object as JSON. */
  add(change: Change, bytes: number): void {
    const { resource } = change.key
    const history = this.#byResource.get(resource) ?? new ResourceHistory()
    this.#byResource.set(resource, history)
    history.add({ change, bytes })
    this.#length += 1
    this.#bytes += bytes
    while (history.bytes > this.#limits.bytesPerResource) this.#dropOldestOf(history)
    while (this.#length > this.#limits.changes || this.#bytes > this.#limits.bytes) {
      this.#dropOldestOf(this.#oldest())
    }
  }

  /** @throws CompactedError */
  since(resource: string, revision: number): Change[] {
    const compacted = this.compactedRevision(resource)
    if (revision < compacted) throw new CompactedError(revision, compacted)
    return this.#byResource.get(resource)?.since(revision) ?? []
  }

  compact(revision: number): void {
    for (const history of this.#byResource.values()) {
      while (history.oldestRevision <= revision) this.#dropOldestOf(history)
    }
    this.#compactedRevision = Math.max(this.#compactedRevision, revision)
  }

  #dropOldestOf(history: ResourceHistory): void {
    const { bytes, length } = history
    history.dropOldest()
    this.#bytes -= bytes - history.bytes
    this.#length -= length - history.length
  }

  /** The history that has the oldest change; there are few resources. */
  #oldest(): ResourceHistory {
    let oldest: ResourceHistory | undefined
    for (const history of this.#byResource.values()) {
      if (history.oldestRevision < (oldest?.oldestRevision ?? Number.POSITIVE_INFINITY)) {
        oldest = history
      }
    }
    if (oldest === undefined) throw new Error('a history that is too long has a change')
    return oldest
  }
}
