import type { Clock, Timer } from '@fairlead/base'
import type { Holder, Report } from '../counters/borrowing.ts'
import type { Counter } from '../counters/counter.ts'
import type { CounterStore } from '../stores/counter-store.ts'

/** Counters and slots whose reports wait for the store. */
const waitingMax = 100_000

/** Reports that travel together. */
const batchMax = 1000

const retryMsMin = 250
const retryMsMax = 5000

interface WaitingReport {
  readonly counter: Counter
  readonly slot: number
  used: number
  released: number
}

interface Batch {
  readonly reports: Map<string, WaitingReport>
  /** The one of each counter that was added last, by its key. */
  readonly latest: Map<string, WaitingReport>
  readonly delivered: PromiseWithResolvers<void>
}

export interface ReportQueueOptions {
  readonly store: CounterStore
  readonly holder: Holder
  readonly clock: Pick<Clock, 'setTimer'>
  /** What the holder has spare of a counter in a slot. */
  readonly spareOf: (counter: Counter, slot: number) => number
}

/**
 * What one holder has to report, added up by counter and slot. One batch is under way at a time; it
 * is sent again until the store has taken it.
 */
export class ReportQueue {
  readonly holder: Holder
  readonly #options: ReportQueueOptions
  #waiting: Batch = newBatch()
  #sending: Batch | undefined
  #sequence = 0
  #retry: Timer | undefined
  #retryMs = retryMsMin
  #closed = false

  constructor(options: ReportQueueOptions) {
    this.#options = options
    this.holder = options.holder
  }

  get isEmpty(): boolean {
    return this.#waiting.reports.size === 0 && this.#sending === undefined
  }

  /** The store has not taken the last batch, and gets it again after a while. */
  get isFailing(): boolean {
    return this.#retry !== undefined
  }

  /** Whether there is a report of a counter that the store has not taken. */
  concerns(key: string): boolean {
    return this.#waiting.latest.has(key) || this.#sending?.latest.has(key) === true
  }

  add(counter: Counter, slot: number, used: number, released: number): void {
    const { latest, reports } = this.#waiting
    const last = latest.get(counter.key)
    const report = last?.slot === slot ? last : reports.get(idOf(counter, slot))
    if (report !== undefined) {
      report.used += used
      report.released += released
      return
    }
    const added = { counter, slot, used, released }
    reports.set(idOf(counter, slot), added)
    latest.set(counter.key, added)
    if (reports.size <= waitingMax) return
    // The oldest belongs to a window that has probably ended.
    const [oldest] = reports
    if (oldest === undefined) return
    const [id, { counter: forgotten }] = oldest
    reports.delete(id)
    if (latest.get(forgotten.key) === oldest[1]) latest.delete(forgotten.key)
  }

  /** Resolves when all that was added has been taken. Rejects when the store is unavailable. */
  flush(): Promise<void> {
    if (this.#waiting.reports.size === 0) {
      return this.#sending?.delivered.promise ?? Promise.resolve()
    }
    const { promise } = this.#waiting.delivered
    if (this.#sending === undefined) void this.#send()
    return promise
  }

  /** Tries once more to deliver what there is. */
  async close(): Promise<void> {
    this.#closed = true
    const isWaiting = this.#retry !== undefined
    this.#retry?.cancel()
    this.#retry = undefined
    if (isWaiting) await this.#send()
    else await this.flush().catch(() => {})
  }

  async #send(): Promise<void> {
    const { store } = this.#options
    while (this.#waiting.reports.size > 0 || this.#sending !== undefined) {
      if (this.#sending === undefined) {
        this.#sending = this.#nextBatch()
        this.#sequence += 1
      }
      const batch = this.#sending
      try {
        await store.report(this.holder, this.#sequence, this.#reportsOf(batch))
      } catch (error) {
        this.#failed(error)
        return
      }
      this.#sending = undefined
      this.#retryMs = retryMsMin
      batch.delivered.resolve()
    }
  }

  #failed(error: unknown): void {
    this.#sending = this.#sending && rejected(this.#sending, error)
    this.#waiting = rejected(this.#waiting, error)
    if (this.#closed) return
    this.#retry = this.#options.clock.setTimer(this.#retryMs, () => {
      this.#retry = undefined
      void this.#send()
    })
    this.#retryMs = Math.min(retryMsMax, 2 * this.#retryMs)
  }

  #nextBatch(): Batch {
    const all = this.#waiting
    if (all.reports.size <= batchMax) {
      this.#waiting = newBatch()
      return all
    }
    const first = newBatch()
    for (const [id, report] of all.reports) {
      first.reports.set(id, report)
      first.latest.set(report.counter.key, report)
      all.reports.delete(id)
      // What is added from now on is not part of what is on its way.
      if (all.latest.get(report.counter.key) === report) all.latest.delete(report.counter.key)
      if (first.reports.size === batchMax) break
    }
    return first
  }

  #reportsOf({ reports }: Batch): readonly Report[] {
    return Array.from(reports.values(), (report) => ({
      ...report,
      spare: this.#options.spareOf(report.counter, report.slot),
    }))
  }
}

function newBatch(): Batch {
  const delivered = Promise.withResolvers<void>()
  // Few wait for it.
  delivered.promise.catch(() => {})
  return { reports: new Map(), latest: new Map(), delivered }
}

function idOf({ key }: Counter, slot: number): string {
  return `${slot} ${key}`
}

/** The same reports, for those who wait from now on. */
function rejected(batch: Batch, error: unknown): Batch {
  batch.delivered.reject(error)
  return { ...batch, delivered: newBatch().delivered }
}
