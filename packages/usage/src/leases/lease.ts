import type { Counter, CounterView } from '../counters/counter.ts'

/** For about so long what is borrowed ahead should last. */
const aheadMs = 200

/** A tenth of what is left of a limit is much. */
const muchPart = 10

/** What one process has borrowed of a counter and no call holds. */
export class Lease {
  readonly counter: Counter
  /** The window it belongs to, where windows end with the calendar; else 0. */
  slot: number
  spare = 0
  /** So much is kept, rather than given back, when calls use less than they claimed. */
  target = 0
  usedMs: number
  /** Resolves when what has been asked for ahead has come, or has not. */
  asking: Promise<void> | undefined
  #seen: CounterView | undefined
  /** Since it was borrowed. */
  #taken = 0
  #borrowedMs: number

  constructor(counter: Counter, slot: number, nowMs: number) {
    this.counter = counter
    this.slot = slot
    this.usedMs = nowMs
    this.#borrowedMs = nowMs
  }

  /** Another window has begun. */
  begin(slot: number): void {
    this.slot = slot
    this.spare = 0
    this.#seen = undefined
  }

  take(amount: number, nowMs: number): void {
    this.spare -= amount
    this.#taken += amount
    this.usedMs = nowMs
  }

  /** How much more than a claim to borrow, when calls take what they have taken lately. */
  aheadFor(amount: number, percent: number, nowMs: number): number {
    const seen = this.#seen
    const elapsedMs = Math.max(1, nowMs - this.#borrowedMs)
    const pace = Math.ceil(((this.#taken + amount) * aheadMs) / elapsedMs)
    this.#taken = amount
    this.#borrowedMs = nowMs
    this.usedMs = nowMs
    if (seen === undefined) return 0
    const left = seen.counter.limit - seen.used - seen.reserved - amount
    const share = Math.floor((left * percent) / 100)
    this.target = Math.max(0, Math.min(share, pace, 2 * this.target + amount))
    return Math.max(0, this.target - this.spare)
  }

  /** How it stands, as the store has told: without what is spare here. */
  told(view: CounterView): void {
    this.#seen = view
  }

  /** What a call has taken or settled, seen from here. */
  noted(used: number, reserved: number): void {
    const seen = this.#seen
    if (seen === undefined) return
    this.#seen = { ...seen, used: seen.used + used, reserved: seen.reserved + reserved }
  }

  /** Whether an amount is much beside what is left, as far as is known: others may be in want of it. */
  isMuch(amount: number): boolean {
    const seen = this.#seen
    if (seen === undefined) return true
    const left = seen.counter.limit - seen.used - seen.reserved - this.spare
    return amount * muchPart >= left
  }

  view(counter: Counter): CounterView {
    const seen = this.#seen
    if (seen?.counter === counter) return seen
    return seen === undefined
      ? { counter, used: 0, reserved: 0, unsettled: 0, resetsAtMs: undefined }
      : { ...seen, counter }
  }
}
