/** An entry of a DelayHeap. The heap owns `heapIndex`; -1 means "not in the heap". */
export interface Delayed {
  readyAtMs: number
  heapIndex: number
}

/** A binary heap ordered by `readyAtMs` that supports removing any entry in O(log n). */
export class DelayHeap<T extends Delayed> {
  readonly #entries: T[] = []

  get size(): number {
    return this.#entries.length
  }

  /** The entry that is due first. */
  peek(): T | undefined {
    return this.#entries[0]
  }

  push(entry: T): void {
    this.#place(entry, this.#entries.length)
    this.#up(entry)
  }

  remove(entry: T): void {
    const index = entry.heapIndex
    if (index < 0) return
    entry.heapIndex = -1
    const last = this.#entries.pop()
    if (last === undefined || last === entry) return
    this.#place(last, index)
    this.#up(last)
    this.#down(last)
  }

  clear(): void {
    for (const entry of this.#entries) entry.heapIndex = -1
    this.#entries.length = 0
  }

  #place(entry: T, index: number): void {
    this.#entries[index] = entry
    entry.heapIndex = index
  }

  #up(entry: T): void {
    for (;;) {
      const parent = this.#entries[(entry.heapIndex - 1) >> 1]
      if (parent === undefined || parent.readyAtMs <= entry.readyAtMs) return
      this.#swap(parent, entry)
    }
  }

  #down(entry: T): void {
    for (;;) {
      const left = this.#entries[2 * entry.heapIndex + 1]
      const right = this.#entries[2 * entry.heapIndex + 2]
      const child =
        right !== undefined && left !== undefined && right.readyAtMs < left.readyAtMs ? right : left
      if (child === undefined || child.readyAtMs >= entry.readyAtMs) return
      this.#swap(entry, child)
    }
  }

  #swap(a: T, b: T): void {
    const index = a.heapIndex
    this.#place(a, b.heapIndex)
    this.#place(b, index)
  }
}
