import type { Clock, Timer } from '@fairlead/base'
import { DelayHeap } from './delay-heap.ts'
import type { Delayed } from './delay-heap.ts'
import type { RateLimiter } from './rate-limiter.ts'
import { ReadyBands } from './ready-bands.ts'
import { noQueueMetrics } from './queue-metrics.ts'
import type { QueueMetrics } from './queue-metrics.ts'

/** How an item is added to the queue. */
export interface AddOptions {
  /** Higher priorities are handed out first; equal ones are FIFO. Defaults to 0. */
  readonly priority?: number
  /** Delay before it is handed out. Defaults to 0; ignored if `rateLimited`. */
  readonly afterMs?: number
  /** Counts a failure of the key and delays it as the rate limiter says. */
  readonly rateLimited?: boolean
  /** Why it is added: for the log only, at most eight per key, never part of the item. */
  readonly reason?: string
}

/** An item handed to a worker. `done` must be called for it, whatever happens. */
export interface QueueLease<T> {
  readonly key: string
  readonly item: T
  readonly priority: number
  /** Why it was added, oldest first, at most eight. */
  readonly reasons: readonly string[]
}

/** The part of a queue that sources and handlers use. */
export interface Enqueuer<T> {
  add(item: T, options?: AddOptions): void
}

export interface WorkQueueOptions<T> {
  readonly clock: Clock
  readonly rateLimiter: RateLimiter
  /** Two items with the same key are the same item. */
  readonly keyOf: (item: T) => string
  readonly metrics?: QueueMetrics
}

interface Entry<T> extends Delayed {
  readonly key: string
  readonly item: T
  priority: number
  reasons: string[]
}

const reasonsLimit = 8

/**
 * The queue between watches and reconcilers, with the semantics of controller-runtime's priority
 * queue.
 *
 * Guarantees:
 * - one entry per key: adding it again keeps the higher priority and the earlier time;
 * - a key is with one worker at a time: if added meanwhile, it is handed out again after `done`;
 * - order is priority, then the order in which entries became ready; an entry whose priority is
 *   raised goes to the end of its new priority.
 *
 * After `shutdown`, `get` resolves with undefined at once, queued items are dropped, and `add` does
 * nothing. Bounded by the number of distinct keys.
 */
export class WorkQueue<T> implements Enqueuer<T> {
  readonly #clock: Clock
  readonly #rateLimiter: RateLimiter
  readonly #keyOf: (item: T) => string
  readonly #metrics: QueueMetrics
  readonly #entries = new Map<string, Entry<T>>()
  readonly #ready = new ReadyBands<Entry<T>>()
  readonly #waiting = new DelayHeap<Entry<T>>()
  readonly #locked = new Set<string>()
  readonly #takers = new Set<(lease: QueueLease<T> | undefined) => void>()
  #timer: Timer | undefined
  #timerAtMs = Infinity
  #closed = false

  constructor(options: WorkQueueOptions<T>) {
    this.#clock = options.clock
    this.#rateLimiter = options.rateLimiter
    this.#keyOf = options.keyOf
    this.#metrics = options.metrics ?? noQueueMetrics
  }

  add(item: T, options: AddOptions = {}): void {
    if (this.#closed) return
    const key = this.#keyOf(item)
    const afterMs = options.rateLimited ? this.#rateLimiter.when(key) : (options.afterMs ?? 0)
    if (afterMs > 0) this.#metrics.retried()
    const readyAtMs = afterMs > 0 ? this.#clock.monotonicMs() + afterMs : 0
    const priority = options.priority ?? 0

    const entry = this.#entries.get(key)
    if (entry === undefined) {
      const fresh = { key, item, priority, readyAtMs, heapIndex: -1, reasons: [] }
      this.#entries.set(key, fresh)
      this.#note(fresh, options.reason)
      this.#insert(fresh)
    } else {
      this.#note(entry, options.reason)
      this.#merge(entry, priority, readyAtMs)
    }
    this.#serve()
  }

  /** Adds the item after `delayMs`; if it is already queued, the earlier time counts. */
  addAfter(item: T, delayMs: number, options: Omit<AddOptions, 'afterMs'> = {}): void {
    this.add(item, { ...options, afterMs: delayMs })
  }

  /** Adds the item after the delay that the rate limiter asks for. */
  addRateLimited(item: T, options: Omit<AddOptions, 'rateLimited'> = {}): void {
    this.add(item, { ...options, rateLimited: true })
  }

  /** The next item, or undefined after shutdown or when the signal aborts first. */
  get(signal?: AbortSignal): Promise<QueueLease<T> | undefined> {
    if (this.#closed || signal?.aborted) return Promise.resolve(undefined)
    return new Promise((resolve) => {
      const withdraw = () => {
        this.#takers.delete(take)
        resolve(undefined)
      }
      const take = (lease: QueueLease<T> | undefined) => {
        signal?.removeEventListener('abort', withdraw)
        resolve(lease)
      }
      signal?.addEventListener('abort', withdraw, { once: true })
      this.#takers.add(take)
      this.#serve()
    })
  }

  /** Marks an item as processed: its key may be handed out again. */
  done(item: T): void {
    const key = this.#keyOf(item)
    if (!this.#locked.delete(key)) return
    this.#metrics.done(key)
    this.#serve()
  }

  /** Clears the failure count of the item's key. */
  forget(item: T): void {
    this.#rateLimiter.forget(this.#keyOf(item))
  }

  /** Number of failures of the item's key since it was last forgotten. */
  retries(item: T): number {
    return this.#rateLimiter.retries(this.#keyOf(item))
  }

  /** How many items are ready, including those whose key is still with a worker. */
  get length(): number {
    return this.#ready.size
  }

  get shuttingDown(): boolean {
    return this.#closed
  }

  shutdown(): void {
    if (this.#closed) return
    this.#closed = true
    this.#timer?.cancel()
    for (const entry of this.#ready) this.#metrics.dropped(entry.key, entry.priority)
    this.#entries.clear()
    this.#ready.clear()
    this.#waiting.clear()
    for (const take of this.#takers) take(undefined)
    this.#takers.clear()
  }

  #note(entry: Entry<T>, reason: string | undefined): void {
    if (reason === undefined || entry.reasons.length >= reasonsLimit) return
    if (!entry.reasons.includes(reason)) entry.reasons.push(reason)
  }

  #insert(entry: Entry<T>): void {
    if (entry.readyAtMs > 0) {
      this.#waiting.push(entry)
      this.#armTimer()
    } else {
      this.#makeReady(entry)
    }
  }

  #merge(entry: Entry<T>, priority: number, readyAtMs: number): void {
    const isReady = entry.readyAtMs === 0
    if (priority > entry.priority) {
      if (isReady) {
        this.#ready.remove(entry)
        this.#metrics.reprioritized(entry.key, entry.priority, priority)
      }
      entry.priority = priority
      if (isReady) this.#ready.append(entry)
    }
    if (isReady || readyAtMs >= entry.readyAtMs) return
    this.#waiting.remove(entry)
    entry.readyAtMs = readyAtMs
    this.#insert(entry)
  }

  #makeReady(entry: Entry<T>): void {
    entry.readyAtMs = 0
    this.#ready.append(entry)
    this.#metrics.added(entry.key, entry.priority)
  }

  #armTimer(): void {
    const next = this.#waiting.peek()
    const atMs = next === undefined ? Infinity : next.readyAtMs
    if (atMs === this.#timerAtMs) return
    this.#timer?.cancel()
    this.#timerAtMs = atMs
    if (next === undefined) return
    this.#timer = this.#clock.setTimer(atMs - this.#clock.monotonicMs(), () => this.#releaseDue())
  }

  #releaseDue(): void {
    this.#timerAtMs = Infinity
    const nowMs = this.#clock.monotonicMs()
    for (let next = this.#waiting.peek(); next !== undefined; next = this.#waiting.peek()) {
      if (next.readyAtMs > nowMs) break
      this.#waiting.remove(next)
      this.#makeReady(next)
    }
    this.#armTimer()
    this.#serve()
  }

  #serve(): void {
    for (const take of this.#takers) {
      const entry = this.#ready.first((candidate) => !this.#locked.has(candidate.key))
      if (entry === undefined) return
      this.#takers.delete(take)
      this.#ready.remove(entry)
      this.#entries.delete(entry.key)
      this.#locked.add(entry.key)
      this.#metrics.taken(entry.key, entry.priority)
      take({ key: entry.key, item: entry.item, priority: entry.priority, reasons: entry.reasons })
    }
  }
}
