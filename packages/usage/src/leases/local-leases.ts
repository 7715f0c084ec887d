import type { Claim, Counter, CounterView } from '../counters/counter.ts'
import type { UsageWindows } from '../windows/usage-windows.ts'
import { bucketFreeAtMs } from '../windows/sliding-window.ts'
import { Lease } from './lease.ts'
import type { ReportQueue } from './report-queue.ts'

/** What is not used for so long is given back. */
const idleMs = 1000

/** Counters of which one process remembers a lease; beyond, calls ask the store. */
const leasesMax = 20_000

/** The leases of one process. */
export class LocalLeases {
  readonly #windows: UsageWindows
  readonly #percent: number
  readonly #leases = new Map<string, Lease>()

  readonly #isPresent: (queue: ReportQueue) => boolean

  /** A `percent` of 0 leases nothing. What belongs to a queue that is not present is no longer lent. */
  constructor(windows: UsageWindows, percent: number, isPresent: (queue: ReportQueue) => boolean) {
    this.#isPresent = isPresent
    this.#windows = windows
    this.#percent = percent
  }

  get areEmpty(): boolean {
    return this.#leases.size === 0
  }

  /** Takes all claims, or nothing. */
  take(claims: readonly Claim[], nowMs: number, queue: ReportQueue): boolean {
    if (this.#percent === 0) return false
    for (let index = 0; index < claims.length; index++) {
      const claim = claims[index]
      if (claim === undefined || this.takeOne(claim, nowMs, queue)) continue
      this.putBack(claims.slice(0, index), nowMs, queue)
      return false
    }
    return true
  }

  takeOne({ counter, amount }: Claim, nowMs: number, queue: ReportQueue): boolean {
    const lease = this.#present(counter, nowMs, queue)
    if (lease === undefined || lease.spare < amount) return false
    lease.take(amount, nowMs)
    return true
  }

  /** What was taken at an instant is not needed. */
  putBack(claims: Iterable<Claim>, takenMs: number, queue: ReportQueue): void {
    for (const { counter, amount } of claims) {
      const lease = this.#leases.get(counter.key)
      const slot = this.#windows.leaseSlot(counter.window, takenMs)
      if (lease?.slot === slot && this.#isPresent(queue)) lease.spare += amount
      else queue.add(counter, this.#windows.usedSlot(counter.window, takenMs), 0, amount)
    }
  }

  /** Somebody is asking the store for more of it. */
  asking(counter: Counter): Promise<void> | undefined {
    return this.#leases.get(counter.key)?.asking
  }

  /** How much to borrow beyond a claim; others of this counter wait for `answer`. */
  ask({ counter, amount }: Claim, answer: Promise<void>, nowMs: number, queue: ReportQueue) {
    if (this.#percent === 0 || counter.limit <= 1) return 0
    const lease = this.#present(counter, nowMs, queue) ?? this.#open(counter, nowMs)
    if (lease === undefined) return 0
    const ahead = lease.aheadFor(amount, this.#percent, nowMs)
    if (ahead > 0) lease.asking = answer
    return ahead
  }

  answered({ counter: { key } }: Claim, answer: Promise<void>): void {
    const lease = this.#leases.get(key)
    if (lease?.asking === answer) lease.asking = undefined
  }

  /**
   * `extra` was lent beyond a claim that counts in `slot`. Returns how the counter stands without
   * what is spare here.
   */
  lent(view: CounterView, slot: number, extra: number, queue: ReportQueue): CounterView {
    const { counter } = view
    const lease = this.#leases.get(counter.key)
    const leaseSlot = counter.window?.type === 'Calendar' ? slot : 0
    if (lease?.slot !== leaseSlot || !this.#isPresent(queue)) {
      if (extra > 0) queue.add(counter, slot, 0, extra)
      return view
    }
    lease.spare += extra
    const told = { ...view, reserved: Math.max(0, view.reserved - lease.spare) }
    lease.told(told)
    return told
  }

  /** A claim was taken of a lease. Returns how its counter stands, as far as is known here. */
  taken({ counter, amount }: Claim, nowMs: number): CounterView | undefined {
    const lease = this.#leases.get(counter.key)
    if (lease === undefined) return undefined
    const isUsed = counter.measure === 'Requests'
    const { window } = counter
    lease.noted(isUsed ? amount : 0, isUsed ? 0 : amount)
    const view = lease.view(counter)
    if (window?.type !== 'Sliding') return view
    const slot = this.#windows.usedSlot(window, nowMs)
    return { ...view, resetsAtMs: bucketFreeAtMs(window.everyMs, slot) }
  }

  settled({ counter }: Claim, used: number, reserved: number): void {
    this.#leases.get(counter.key)?.noted(used, -reserved)
  }

  /** Whether an amount of it is much beside what is left. */
  isMuch({ key }: Counter, amount: number): boolean {
    return this.#leases.get(key)?.isMuch(amount) ?? true
  }

  /** How much of what a call leaves over is kept for the next; the rest is to be given back. */
  keep(counter: Counter, slot: number, amount: number): number {
    const lease = this.#leases.get(counter.key)
    if (lease === undefined || lease.slot !== slot) return 0
    const kept = Math.max(0, Math.min(amount, lease.target - lease.spare))
    lease.spare += kept
    return kept
  }

  spareOf(counter: Counter, slot: number): number {
    const lease = this.#leases.get(counter.key)
    const isPresent = counter.window?.type !== 'Calendar' || lease?.slot === slot
    return lease !== undefined && isPresent ? lease.spare : 0
  }

  hasSpare(key: string): boolean {
    return (this.#leases.get(key)?.spare ?? 0) > 0
  }

  /** Gives back what is spare. Returns whether it was anything. */
  giveBack(key: string, nowMs: number, queue: ReportQueue): boolean {
    const lease = this.#leases.get(key)
    if (lease === undefined) return false
    const { spare, counter } = lease
    lease.spare = 0
    lease.target = 0
    // Also nothing is an answer for whoever waits for it.
    queue.add(counter, this.#reportSlot(lease, nowMs), 0, spare)
    return spare > 0
  }

  /** Gives back what nobody has used lately, and what has ended. */
  tidy(nowMs: number, queue: ReportQueue): void {
    for (const [key, lease] of this.#leases) {
      const isIdle = Math.abs(nowMs - lease.usedMs) >= idleMs
      if (isIdle && lease.asking === undefined) {
        if (lease.spare > 0) this.giveBack(key, nowMs, queue)
        this.#leases.delete(key)
      } else {
        this.#present(lease.counter, nowMs, queue)
      }
    }
  }

  giveAllBack(nowMs: number, queue: ReportQueue): void {
    for (const [key, { spare }] of this.#leases) if (spare > 0) this.giveBack(key, nowMs, queue)
    this.#leases.clear()
  }

  /** What is spare is no longer lent. */
  forget(): void {
    this.#leases.clear()
  }

  #open(counter: Counter, nowMs: number): Lease | undefined {
    if (this.#leases.size >= leasesMax) return undefined
    const slot = this.#windows.leaseSlot(counter.window, nowMs)
    const lease = new Lease(counter, slot, nowMs)
    this.#leases.set(counter.key, lease)
    return lease
  }

  /** A lease ends with its window. */
  #present(counter: Counter, nowMs: number, queue: ReportQueue): Lease | undefined {
    const lease = this.#leases.get(counter.key)
    if (lease === undefined) return undefined
    const slot = this.#windows.leaseSlot(counter.window, nowMs)
    if (lease.slot !== slot) {
      if (lease.spare > 0) queue.add(lease.counter, lease.slot, 0, lease.spare)
      lease.begin(slot)
    }
    return lease
  }

  #reportSlot({ counter, slot }: Lease, nowMs: number): number {
    return counter.window?.type === 'Calendar'
      ? slot
      : this.#windows.usedSlot(counter.window, nowMs)
  }
}
