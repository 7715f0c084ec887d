/** A map with a fixed capacity that evicts the least recently used entry. */
export class RecentMap<T> {
  readonly #limit: number
  readonly #entries = new Map<string, T>()
  /**
   * Kept from one eviction to the next: a new iterator would walk over all that was evicted before,
   * and everything that this one has passed is gone.
   */
  #oldest = this.#entries.keys()

  constructor(limit: number) {
    this.#limit = limit
  }

  get size(): number {
    return this.#entries.size
  }

  /** The entry, which becomes the most recently used. */
  get(key: string): T | undefined {
    const value = this.#entries.get(key)
    if (value !== undefined) this.set(key, value)
    return value
  }

  set(key: string, value: T): void {
    this.#entries.delete(key)
    this.#entries.set(key, value)
    if (this.#entries.size <= this.#limit) return
    let oldest = this.#oldest.next()
    if (oldest.done === true) {
      this.#oldest = this.#entries.keys()
      oldest = this.#oldest.next()
    }
    if (oldest.done !== true) this.#entries.delete(oldest.value)
  }

  delete(key: string): void {
    this.#entries.delete(key)
  }
}
