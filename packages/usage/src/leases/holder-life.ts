import type { Clock, Timer } from '@fairlead/base'
import { leaseMs } from '../counters/borrowing.ts'
import { ReportQueue, type ReportQueueOptions } from './report-queue.ts'

/** What is lent is used for a little less than the store lends it. */
const leaseMarginMs = 1000

/** How often the store is told that the holder lives. */
export const renewMs = leaseMs / 3

interface HolderLifeOptions extends Omit<ReportQueueOptions, 'holder' | 'clock'> {
  /** How long reports may wait that nobody waits for. */
  readonly reportMs: number
}

/**
 * Under which name a process holds what it has borrowed. When the store has not seen it for the
 * length of a lease, its leases may have been lent to others: then it goes on under another name,
 * and what it used under the old one is still reported.
 */
export class HolderLife {
  /** Of the present name. */
  queue: ReportQueue
  readonly #id: string
  readonly #clock: Pick<Clock, 'monotonicMs' | 'setTimer'>
  readonly #options: HolderLifeOptions
  readonly #oldQueues = new Set<ReportQueue>()
  #generation = 0
  #isFlushing = false
  #timer: Timer | undefined
  /** When the last sign of life was sent that the store has seen. */
  #contactMs: number

  constructor(
    id: string,
    clock: Pick<Clock, 'monotonicMs' | 'setTimer'>,
    options: HolderLifeOptions,
  ) {
    this.#id = id
    this.#clock = clock
    this.#options = options
    this.#contactMs = clock.monotonicMs()
    this.queue = this.#newQueue()
  }

  get needsRenewal(): boolean {
    return this.#clock.monotonicMs() - this.#contactMs >= renewMs
  }

  get isOver(): boolean {
    return this.#clock.monotonicMs() - this.#contactMs >= leaseMs - leaseMarginMs
  }

  /** Whatever was sent at this time to the store under `queue`'s name has been answered. */
  contacted(sentMs: number, queue: ReportQueue): void {
    if (queue === this.queue) this.#contactMs = Math.max(this.#contactMs, sentMs)
  }

  /** Goes on under another name. */
  begin(): void {
    for (const queue of this.#oldQueues) if (queue.isEmpty) this.#oldQueues.delete(queue)
    this.#oldQueues.add(this.queue)
    this.#generation += 1
    this.#contactMs = this.#clock.monotonicMs()
    this.queue = this.#newQueue()
  }

  /** Delivers what there is, together with what comes in the same turn of the event loop. */
  flushSoon(): void {
    if (this.#isFlushing) return
    this.#isFlushing = true
    setImmediate(() => this.#flush())
  }

  /** Delivers what there is, together with what comes in a while. */
  flushInTime(): void {
    const { reportMs } = this.#options
    this.#timer ??= this.#clock.setTimer(reportMs, () => this.#flush())
  }

  #flush(): void {
    this.#isFlushing = false
    this.#timer?.cancel()
    this.#timer = undefined
    // What fails is sent again by itself.
    for (const queue of [this.queue, ...this.#oldQueues]) queue.flush().catch(() => {})
  }

  /** Delivers what there is, if that can be done at once. */
  async close(): Promise<void> {
    this.#timer?.cancel()
    const queues = [this.queue, ...this.#oldQueues]
    await Promise.all(queues.map((queue) => queue.close()))
  }

  #newQueue(): ReportQueue {
    const id = this.#generation === 0 ? this.#id : `${this.#id}#${this.#generation}`
    const queue: ReportQueue = new ReportQueue({
      ...this.#options,
      holder: { id },
      clock: this.#clock,
      // Under an earlier name nothing is spare: it was given up.
      spareOf: (counter, slot) => (queue === this.queue ? this.#options.spareOf(counter, slot) : 0),
    })
    return queue
  }
}
