import type { Clock, Timer } from '@fairlead/base'
import { IndexedHeap } from '../indexed-heap.ts'
import type { RateLimiter } from './rate-limiter.ts'
import { ReadyEntries } from './ready-entries.ts'
import type { Ageing, Ready } from './ready-entries.ts'
import { noQueueMetrics } from './queue-metrics.ts'
import type { QueueMetrics } from './queue-metrics.ts'
import { isSameCause, triggerOf } from './trigger.ts'
import type { Cause, Trigger } from './trigger.ts'

/** How an item is added to the queue. */
export interface AddOptions {
  /** Higher priorities are handed out first; equal ones are FIFO. Defaults to 0. */
  readonly priority?: number
  /** Delay before it is handed out. Defaults to 0; ignored if `rateLimited`. */
  readonly afterMs?: number
  /** Counts a failure of the key and delays it as the rate limiter says. */
  readonly rateLimited?: boolean
  /** Why it is added: for people only, at most eight per key, never part of the item. */
  readonly reason?: string | Cause
}

/** An item handed to a worker. `done` must be called for it, whatever happens. */
export interface QueueLease<T> {
  readonly key: string
  readonly item: T
  readonly priority: number
  /** Why it was added, oldest first, at most eight. */
  readonly triggers: readonly Trigger[]
}

/** What a queue holds of a key. */
export interface QueuedItem {
  /** `waiting` for its time, `ready` for a worker, or `blocked`: ready, but a worker has its key. */
  readonly state: 'waiting' | 'ready' | 'blocked'
  /** How long until it is ready; 0 if it is. */
  readonly dueInMs: number
  readonly priority: number
  readonly triggers: readonly Trigger[]
}

/** A key that a queue holds or a worker has; both, if it was added again meanwhile. */
export interface HeldItem<T> {
  readonly key: string
  readonly item: T
  readonly state: QueuedItem['state'] | 'running'
  /** How long until it is ready; 0 if it is. */
  readonly dueInMs: number
  /** Whether it waits because it failed, and not because somebody asked for a delay. */
  readonly isRetry: boolean
}

/** The part of a queue that sources and handlers use. */
export interface Enqueuer<T> {
  add(item: T, options?: AddOptions): void
  /** Two items with the same key are the same item. Defaults to the text of an object's key. */
  keyOf?(item: T): string
}

/** What a controller needs of its queue; WorkQueue is one. */
export interface Queue<T> extends Enqueuer<T> {
  /** The next item, or undefined after shutdown. */
  get(): Promise<QueueLease<T> | undefined>
  /** Marks an item as processed: its key may be handed out again. */
  done(item: T): void
  /** Clears the failure count of the item's key. */
  forget(item: T): void
  /** Number of failures of the item's key since it was last forgotten. */
  retries(item: T): number
  /** What is queued under the item's key; a queue without it explains nothing. */
  inspect?(item: T): QueuedItem | undefined
  /** Everything that it holds and that workers have; for a queue without it, no test can settle. */
  contents?(): readonly HeldItem<T>[]
  shutdown(): void
}

export interface WorkQueueOptions<T> {
  readonly clock: Clock
  readonly rateLimiter: RateLimiter
  /** Two items with the same key are the same item. */
  readonly keyOf: (item: T) => string
  readonly metrics?: QueueMetrics
  /** What keeps low priorities from starving; false lets them wait as long as others come. */
  readonly ageing?: Ageing | false
}

interface Entry<T> extends Ready {
  readonly key: string
  readonly item: T
  triggers: readonly Trigger[]
  state: QueuedItem['state']
  /** When a waiting entry becomes ready, by the monotonic clock. */
  readyAtMs: number
  isRetry: boolean
  placeByTime: number
}

const triggersLimit = 8
const noTriggers: readonly Trigger[] = []

/**
 * The queue between watches and reconcilers, with the semantics of controller-runtime's priority
 * queue.
 *
 * Guarantees:
 * - one entry per key: adding it again keeps the higher priority and the earlier time;
 * - a key is with one worker at a time: if added meanwhile, it is handed out again after `done`;
 * - order is priority, then the order in which entries became ready; an entry whose priority is
 *   raised goes to the end of its new priority;
 * - no entry starves: one turn of five is for the one that has waited longest (see Ageing).
 *
 * Adding, taking and `done` cost O(log n). After `shutdown`, `get` resolves with undefined at once, queued items are dropped, and `add` does
 * nothing. Bounded by the number of distinct keys.
 */
export class WorkQueue<T> implements Queue<T> {
  readonly #clock: Clock
  readonly #rateLimiter: RateLimiter
  readonly #keyOf: (item: T) => string
  readonly #metrics: QueueMetrics
  readonly #entries = new Map<string, Entry<T>>()
  readonly #ready: ReadyEntries<Entry<T>>
  readonly #waiting = new IndexedHeap<'placeByTime', Entry<T>>(
    'placeByTime',
    (a, b) => a.readyAtMs < b.readyAtMs || (a.readyAtMs === b.readyAtMs && a.order < b.order),
  )
  readonly #locked = new Map<string, T>()
  readonly #takers = new Set<(lease: QueueLease<T> | undefined) => void>()
  #blocked = 0
  #order = 0
  #timer: Timer | undefined
  #timerAtMs = Infinity
  #closed = false

  constructor(options: WorkQueueOptions<T>) {
    this.#clock = options.clock
    this.#rateLimiter = options.rateLimiter
    this.#keyOf = options.keyOf
    this.#metrics = options.metrics ?? noQueueMetrics
    this.#ready = new ReadyEntries(options.ageing)
  }

  add(item: T, options: AddOptions = {}): void {
    if (this.#closed) return
    const key = this.#keyOf(item)
    const afterMs = options.rateLimited ? this.#rateLimiter.when(key) : (options.afterMs ?? 0)
    if (afterMs > 0) this.#metrics.retried()
    const readyAtMs = afterMs > 0 ? this.#clock.monotonicMs() + afterMs : 0
    const priority = options.priority ?? 0

    const known = this.#entries.get(key)
    const entry = known ?? newEntry(key, item, priority, readyAtMs)
    this.#note(entry, options.reason)
    if (known === undefined || readyAtMs < known.readyAtMs) {
      entry.isRetry = options.rateLimited === true
    }
    if (known === undefined) this.#insert(entry)
    else this.#merge(known, priority, readyAtMs)
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
    const entry = this.#entries.get(key)
    if (entry?.state === 'blocked') {
      this.#blocked -= 1
      this.#offer(entry)
    }
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

  inspect(item: T): QueuedItem | undefined {
    const entry = this.#entries.get(this.#keyOf(item))
    if (entry === undefined) return undefined
    const { state, priority, triggers, readyAtMs } = entry
    const leftMs = state === 'waiting' ? readyAtMs - this.#clock.monotonicMs() : 0
    return { state, dueInMs: Math.max(0, leftMs), priority, triggers: [...triggers] }
  }

  contents(): readonly HeldItem<T>[] {
    const nowMs = this.#clock.monotonicMs()
    const held = [...this.#entries.values()].map(({ key, item, state, readyAtMs, isRetry }) => {
      const dueInMs = state === 'waiting' ? Math.max(0, readyAtMs - nowMs) : 0
      return { key, item, state, dueInMs, isRetry }
    })
    const running = [...this.#locked].map(([key, item]) => {
      return { key, item, state: 'running' as const, dueInMs: 0, isRetry: false }
    })
    return [...running, ...held]
  }

  /** How many items are ready, including those whose key is still with a worker. */
  get length(): number {
    return this.#ready.size + this.#blocked
  }

  get shuttingDown(): boolean {
    return this.#closed
  }

  shutdown(): void {
    if (this.#closed) return
    this.#closed = true
    this.#timer?.cancel()
    for (const entry of this.#entries.values()) {
      if (entry.state !== 'waiting') this.#metrics.dropped(entry.key, entry.priority)
    }
    this.#entries.clear()
    this.#ready.clear()
    this.#blocked = 0
    this.#waiting.clear()
    for (const take of this.#takers) take(undefined)
    this.#takers.clear()
  }

  #insert(entry: Entry<T>): void {
    this.#entries.set(entry.key, entry)
    if (entry.readyAtMs > 0) this.#wait(entry)
    else this.#makeReady(entry)
  }

  #note(entry: Entry<T>, reason: string | Cause | undefined): void {
    const { triggers } = entry
    if (reason === undefined || triggers.length >= triggersLimit) return
    const cause = typeof reason === 'string' ? { verb: reason } : reason
    // There is one for nearly every event, and rarely another.
    if (triggers.length === 0) entry.triggers = [triggerOf(cause, this.#clock)]
    else if (!triggers.some((one) => isSameCause(one, cause))) {
      entry.triggers = [...triggers, triggerOf(cause, this.#clock)]
    }
  }

  #merge(entry: Entry<T>, priority: number, readyAtMs: number): void {
    if (priority > entry.priority) this.#raise(entry, priority)
    if (entry.state !== 'waiting' || readyAtMs >= entry.readyAtMs) return
    this.#waiting.remove(entry)
    entry.readyAtMs = readyAtMs
    if (readyAtMs > 0) this.#wait(entry)
    else this.#makeReady(entry)
  }

  #raise(entry: Entry<T>, priority: number): void {
    if (entry.state === 'waiting') {
      entry.priority = priority
      return
    }
    this.#metrics.reprioritized(entry.key, entry.priority, priority)
    if (entry.state === 'ready') this.#ready.remove(entry)
    entry.priority = priority
    entry.order = this.#nextOrder()
    if (entry.state === 'ready') this.#ready.add(entry)
  }

  #wait(entry: Entry<T>): void {
    entry.order = this.#nextOrder()
    this.#waiting.push(entry)
    this.#armTimer()
  }

  #makeReady(entry: Entry<T>): void {
    entry.order = this.#nextOrder()
    entry.readySinceMs = this.#clock.monotonicMs()
    this.#metrics.added(entry.key, entry.priority)
    this.#offer(entry)
  }

  /** Blocked entries are kept apart, so that looking for the next one never meets them. */
  #offer(entry: Entry<T>): void {
    if (this.#locked.has(entry.key)) {
      entry.state = 'blocked'
      this.#blocked += 1
    } else {
      entry.state = 'ready'
      this.#ready.add(entry)
    }
  }

  #nextOrder(): number {
    this.#order += 1
    return this.#order
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
      const nowMs = this.#clock.monotonicMs()
      const entry = this.#ready.take(nowMs)
      if (entry === undefined) return
      this.#takers.delete(take)
      this.#entries.delete(entry.key)
      this.#locked.set(entry.key, entry.item)
      this.#metrics.taken(entry.key, entry.priority, nowMs - entry.readySinceMs)
      const { item, priority, triggers } = entry
      take({ key: entry.key, item, priority, triggers })
    }
  }
}

function newEntry<T>(key: string, item: T, priority: number, readyAtMs: number): Entry<T> {
  return {
    key,
    item,
    priority,
    readyAtMs,
    triggers: noTriggers,
    state: 'waiting',
    order: 0,
    readySinceMs: 0,
    isRetry: false,
    placeByPriority: -1,
    placeByAge: -1,
    placeByTime: -1,
  }
}
