/**
 * A binary heap that supports removing any entry in O(log n). Entries know their own places, so
 * that one entry can be in several heaps: each heap owns the property of an entry that it is named
 * for, in which -1 means "not in this heap".
 */
export class IndexedHeap<Place extends string, T extends Record<Place, number>> {
  readonly #place: Place
  readonly #before: (a: T, b: T) => boolean
  readonly #entries: T[] = []

  constructor(place: Place, before: (a: T, b: T) => boolean) {
    this.#place = place
    this.#before = before
  }

  get size(): number {
    return this.#entries.length
  }

  /** The entry that is before all others. */
  peek(): T | undefined {
    return this.#entries[0]
  }

  push(entry: T): void {
    this.#set(entry, this.#entries.length)
    this.#up(entry)
  }

  /** Does nothing if the entry is not in this heap. */
  remove(entry: T): void {
    const index = entry[this.#place]
    if (index < 0) return
    this.#forget(entry)
    const last = this.#entries.pop()
    if (last === undefined || last === entry) return
    this.#set(last, index)
    this.#up(last)
    this.#down(last)
  }

  clear(): void {
    for (const entry of this.#entries) this.#forget(entry)
    this.#entries.length = 0
  }

  /** In no particular order. */
  [Symbol.iterator](): Iterator<T> {
    return this.#entries.values()
  }

  #set(entry: T, index: number): void {
    this.#entries[index] = entry
    const places: Record<Place, number> = entry
    places[this.#place] = index
  }

  #forget(entry: T): void {
    const places: Record<Place, number> = entry
    places[this.#place] = -1
  }

  #up(entry: T): void {
    for (;;) {
      const parent = this.#entries[(entry[this.#place] - 1) >> 1]
      if (parent === undefined || !this.#before(entry, parent)) return
      this.#swap(parent, entry)
    }
  }

  #down(entry: T): void {
    for (;;) {
      const left = this.#entries[2 * entry[this.#place] + 1]
      const right = this.#entries[2 * entry[this.#place] + 2]
      const child =
        right !== undefined && left !== undefined && this.#before(right, left) ? right : left
      if (child === undefined || !this.#before(child, entry)) return
      this.#swap(entry, child)
    }
  }

  #swap(a: T, b: T): void {
    const index = a[this.#place]
    this.#set(a, b[this.#place])
    this.#set(b, index)
  }
}
