import type { UsageWindow } from '@fairlead/snapshot'
import { bucketFreeAtMs, oldestBucketAt } from '../windows/sliding-window.ts'
import type { UsageWindows } from '../windows/usage-windows.ts'
import type { Claim, Counter, CounterView } from './counter.ts'

/** What is lent of a counter, in one window where windows end with the calendar. */
export interface LeasePeriod {
  slot: number
  lent: number
  /** Of `lent`, what no call held when holders told last. */
  spare: number
}

/** What was used in one slot. */
export interface Bucket {
  readonly slot: number
  readonly used: number
  readonly unsettled: number
}

/** When only calls that run are in the way, nobody knows when they end. */
const guessMs = 1000

const objectBytes = 400
const bucketBytes = 24

/** How one counter stands. `follow` has to be called with the present time before anything else. */
export class CounterState {
  readonly key: string
  readonly window: UsageWindow | undefined
  period: LeasePeriod
  /** In the present window. */
  used = 0
  unsettled = 0
  /** Claimed in the step that is under way. */
  claimed = 0
  isClaimed = false
  /** Another one counts for its key, or will. */
  isForgotten = false
  readonly #slots: number[] = []
  readonly #used: number[] = []
  readonly #unsettled: number[] = []

  constructor(key: string, window: UsageWindow | undefined, leaseSlot: number) {
    this.key = key
    this.window = window
    this.period = { slot: leaseSlot, lent: 0, spare: 0 }
  }

  /** In memory, about. */
  get bytes(): number {
    return objectBytes + 2 * this.key.length + bucketBytes * this.#slots.length
  }

  /** Nothing would be lost if it were forgotten. */
  get isIdle(): boolean {
    return this.#slots.length === 0 && this.period.lent === 0 && !this.isClaimed
  }

  /** Forgets what the present window no longer counts. */
  follow(windows: UsageWindows, nowMs: number): void {
    const { window } = this
    if (window === undefined) return
    const usedSlot = windows.usedSlot(window, nowMs)
    const isSliding = window.type === 'Sliding'
    this.#forgetBefore(isSliding ? oldestBucketAt(window.everyMs, nowMs) : usedSlot)
    this.#foldAfter(usedSlot)
    if (isSliding || this.period.slot === usedSlot) return
    if (usedSlot > this.period.slot) this.period = { slot: usedSlot, lent: 0, spare: 0 }
    // The clock was set back: what is lent is lent still.
    else this.period.slot = usedSlot
  }

  /** `used` may be negative, and then takes back what is there. */
  add(slot: number, used: number, unsettled = 0): void {
    const place = this.#placeOf(slot)
    const before = this.#used[place] ?? 0
    const after = Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, before + used))
    this.#used[place] = after
    this.used += after - before
    this.#unsettled[place] = (this.#unsettled[place] ?? 0) + unsettled
    this.unsettled += unsettled
  }

  /** Whether a slot is part of the present window. */
  counts(slot: number, windows: UsageWindows, nowMs: number): boolean {
    const { window } = this
    if (window === undefined) return false
    return window.type === 'Sliding'
      ? slot >= oldestBucketAt(window.everyMs, nowMs)
      : slot >= windows.usedSlot(window, nowMs)
  }

  get oldestSlot(): number | undefined {
    return this.#slots[0]
  }

  bucket(slot: number): Bucket {
    const place = this.#slots.lastIndexOf(slot)
    return { slot, used: this.#used[place] ?? 0, unsettled: this.#unsettled[place] ?? 0 }
  }

  view(counter: Counter, windows: UsageWindows, nowMs: number): CounterView {
    return {
      counter,
      used: this.used,
      reserved: this.period.lent,
      unsettled: this.unsettled,
      resetsAtMs: this.#resetsAtMs(windows, nowMs),
    }
  }

  /** When a claim fits that does not, if nothing else is used. */
  retryAfterMs(
    { amount, counter: { limit } }: Claim,
    windows: UsageWindows,
    nowMs: number,
  ): number | undefined {
    if (amount > limit) return undefined
    const { window } = this
    if (window === undefined || this.used + amount <= limit) return guessMs
    if (window.type === 'Calendar') return windows.span(window, nowMs).endMs - nowMs
    let excess = this.used + this.period.lent + amount - limit
    for (const [place, slot] of this.#slots.entries()) {
      excess -= this.#used[place] ?? 0
      if (excess <= 0) return bucketFreeAtMs(window.everyMs, slot) - nowMs
    }
    const last = this.#slots.at(-1) ?? nowMs
    return bucketFreeAtMs(window.everyMs, last) - nowMs
  }

  #resetsAtMs(windows: UsageWindows, nowMs: number): number | undefined {
    const { window } = this
    if (window === undefined) return undefined
    if (window.type === 'Calendar') return windows.span(window, nowMs).endMs
    const last = this.period.lent > 0 ? windows.usedSlot(window, nowMs) : this.#slots.at(-1)
    return last === undefined ? nowMs : bucketFreeAtMs(window.everyMs, last)
  }

  #forgetBefore(oldest: number): void {
    let count = 0
    while (count < this.#slots.length && (this.#slots[count] ?? oldest) < oldest) {
      this.used -= this.#used[count] ?? 0
      this.unsettled -= this.#unsettled[count] ?? 0
      count += 1
    }
    if (count > 0) this.#remove(0, count)
  }

  /** The clock was set back: what counts in the future counts now. */
  #foldAfter(present: number): void {
    for (let slot = this.#slots.at(-1); slot !== undefined && slot > present;) {
      const { used, unsettled } = this.bucket(slot)
      this.used -= used
      this.unsettled -= unsettled
      this.#remove(this.#slots.length - 1, 1)
      this.add(present, used, unsettled)
      slot = this.#slots.at(-1)
    }
  }

  #remove(from: number, count: number): void {
    this.#slots.splice(from, count)
    this.#used.splice(from, count)
    this.#unsettled.splice(from, count)
  }

  #placeOf(slot: number): number {
    let place = this.#slots.length
    while (place > 0 && (this.#slots[place - 1] ?? 0) > slot) place -= 1
    if (this.#slots[place - 1] === slot) return place - 1
    this.#slots.splice(place, 0, slot)
    this.#used.splice(place, 0, 0)
    this.#unsettled.splice(place, 0, 0)
    return place
  }
}
