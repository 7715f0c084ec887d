import type { Clock, Timer } from '@fairlead/base'
import { recallMs } from '../counters/borrowing.ts'
import type { CounterStore } from '../stores/counter-store.ts'
import { type HolderLife, renewMs } from './holder-life.ts'
import type { LocalLeases } from './local-leases.ts'

/** How often leases are looked through that nobody uses. */
const tidyMs = 1000

interface LeaseUpkeepOptions {
  readonly store: CounterStore
  readonly leases: LocalLeases
  readonly life: HolderLife
  readonly clock: Pick<Clock, 'monotonicMs' | 'setTimer'>
  /** How often a store that cannot call is asked whether others want what is spare. */
  readonly pollMs: number | undefined
  /** Whether calls hold anything. */
  readonly isInUse: () => boolean
}

/**
 * What has to be done in time for what is borrowed: signs of life, giving back what is idle or
 * wanted. No timer runs while nothing is borrowed.
 */
export class LeaseUpkeep {
  readonly #options: LeaseUpkeepOptions
  #timer: Timer | undefined
  #stopped = false

  constructor(options: LeaseUpkeepOptions) {
    this.#options = options
    this.#listen()
  }

  /** What is lent may have been lent to others when the store has not seen this holder for long. */
  check(): void {
    const { leases, life } = this.#options
    if (!this.#isNeeded || !life.isOver) return
    leases.forget()
    life.begin()
    this.#listen()
  }

  /** Something has been borrowed. */
  arm(): void {
    if (this.#timer !== undefined || this.#stopped || !this.#isNeeded) return
    this.#timer = this.#options.clock.setTimer(this.#delayMs, () => {
      this.#timer = undefined
      this.#run()
      this.arm()
    })
  }

  stop(): void {
    this.#stopped = true
    this.#timer?.cancel()
  }

  get #isNeeded(): boolean {
    return this.#options.isInUse() || !this.#options.leases.areEmpty
  }

  get #polls(): boolean {
    return !this.#options.leases.areEmpty && this.#options.store.onRecall === undefined
  }

  get #delayMs(): number {
    // Often enough that a sign of life that fails can be given again.
    if (this.#options.leases.areEmpty) return renewMs / 2
    return this.#polls ? (this.#options.pollMs ?? recallMs) : tidyMs
  }

  #listen(): void {
    const { store, life } = this.#options
    store.onRecall?.(life.queue.holder, (keys) => this.#recalled(keys))
  }

  #run(): void {
    const { leases, life, store } = this.#options
    this.check()
    leases.tidy(store.nowMs(), life.queue)
    life.flushSoon()
    if (this.#polls || life.needsRenewal) void this.#renew()
  }

  async #renew(): Promise<void> {
    const { store, life, clock } = this.#options
    const { queue } = life
    const sentMs = clock.monotonicMs()
    try {
      const recalled = await store.renew(queue.holder)
      life.contacted(sentMs, queue)
      this.#recalled(recalled)
    } catch {
      // It is tried again in time, or the leases are lost.
    }
  }

  #recalled(keys: readonly string[]): void {
    const { leases, life, store } = this.#options
    const nowMs = store.nowMs()
    for (const key of keys) leases.giveBack(key, nowMs, life.queue)
    if (keys.length > 0) life.flushSoon()
  }
}
