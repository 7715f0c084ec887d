import { IndexedHeap } from '../indexed-heap.ts'

/** An entry that waits for a worker. ReadyEntries owns the two places. */
export interface Ready {
  priority: number
  /** Counts up: what is equal otherwise comes in this order. */
  order: number
  /** When it became ready, by the monotonic clock. */
  readySinceMs: number
  placeByPriority: number
  placeByAge: number
}

/** What keeps a low priority from waiting for ever. */
export interface Ageing {
  /** Whoever has waited this long has its turn, whatever its priority. Defaults to 1 s. */
  readonly afterMs?: number
  /** Every how many turns one is for the longest-waiting. Defaults to 5. */
  readonly everyTurns?: number
}

/**
 * Entries in the order of their priorities, and of `order` within a priority. Every fifth turn is
 * for the one that has waited longest, if that is longer than a second: while others keep coming,
 * low priorities go on, and a high priority is delayed by one turn of five.
 */
export class ReadyEntries<T extends Ready> {
  readonly #byPriority = new IndexedHeap<'placeByPriority', T>(
    'placeByPriority',
    (a, b) => a.priority > b.priority || (a.priority === b.priority && a.order < b.order),
  )
  readonly #byAge = new IndexedHeap<'placeByAge', T>(
    'placeByAge',
    (a, b) =>
      a.readySinceMs < b.readySinceMs || (a.readySinceMs === b.readySinceMs && a.order < b.order),
  )
  readonly #ageing: Required<Ageing> | undefined
  /** Turns since one was for the longest-waiting. */
  #turns = 0

  constructor(ageing: Ageing | false = {}) {
    if (ageing === false) return
    const { afterMs = 1000, everyTurns = 5 } = ageing
    if (!(everyTurns >= 1))
      throw new RangeError(`everyTurns is ${everyTurns}: it must be 1 or more`)
    this.#ageing = { afterMs, everyTurns }
  }

  get size(): number {
    return this.#byPriority.size
  }

  add(entry: T): void {
    this.#byPriority.push(entry)
    this.#byAge.push(entry)
  }

  /** Must be called while the entry still has the priority and the order it was added with. */
  remove(entry: T): void {
    this.#byPriority.remove(entry)
    this.#byAge.remove(entry)
  }

  /** Removes and returns the entry whose turn it is. */
  take(nowMs: number): T | undefined {
    const entry = this.#starving(nowMs) ?? this.#byPriority.peek()
    if (entry !== undefined) this.remove(entry)
    return entry
  }

  clear(): void {
    this.#byPriority.clear()
    this.#byAge.clear()
  }

  [Symbol.iterator](): Iterator<T> {
    return this.#byPriority[Symbol.iterator]()
  }

  #starving(nowMs: number): T | undefined {
    if (this.#ageing === undefined) return undefined
    this.#turns += 1
    if (this.#turns < this.#ageing.everyTurns) return undefined
    const oldest = this.#byAge.peek()
    if (oldest === undefined || nowMs - oldest.readySinceMs < this.#ageing.afterMs) return undefined
    this.#turns = 0
    return oldest
  }
}
