interface Prioritized {
  readonly key: string
  readonly priority: number
}

/** Entries by priority, highest first, and within a priority in the order they were appended. */
export class ReadyBands<T extends Prioritized> {
  readonly #bands = new Map<number, Map<string, T>>()
  #priorities: number[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  append(entry: T): void {
    let band = this.#bands.get(entry.priority)
    if (band === undefined) {
      band = new Map()
      this.#bands.set(entry.priority, band)
      this.#priorities = [...this.#bands.keys()].toSorted((a, b) => b - a)
    }
    band.set(entry.key, entry)
    this.#size += 1
  }

  /** Must be called while the entry still has the priority it was appended with. */
  remove(entry: T): void {
    const band = this.#bands.get(entry.priority)
    if (band === undefined || !band.delete(entry.key)) return
    this.#size -= 1
    if (band.size > 0) return
    this.#bands.delete(entry.priority)
    this.#priorities = this.#priorities.filter((priority) => priority !== entry.priority)
  }

  /** The first entry in order that is allowed. */
  first(allowed: (entry: T) => boolean): T | undefined {
    for (const entry of this) if (allowed(entry)) return entry
    return undefined
  }

  *[Symbol.iterator](): Iterator<T> {
    for (const priority of this.#priorities) yield* this.#bands.get(priority)?.values() ?? []
  }

  clear(): void {
    this.#bands.clear()
    this.#priorities = []
    this.#size = 0
  }
}
