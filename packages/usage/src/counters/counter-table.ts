import type { UsageWindow } from '@fairlead/snapshot'
import type { UsageWindows } from '../windows/usage-windows.ts'
import type { Counter } from './counter.ts'
import { CounterState } from './counter-state.ts'

/** How much of all counters is kept. */
export interface CounterBounds {
  readonly countersMax: number
  readonly bytesMax: number
}

/** When one is added, so many of the others are looked at, to forget those that hold nothing. */
const looksPerAddition = 8

/**
 * The counters that hold something, of a bounded number and size. When there is no room, the
 * subjects of a limit that come next share one counter, `…/overflow`: what they use together is
 * bounded as if they were one.
 */
export class CounterTable {
  readonly #windows: UsageWindows
  readonly #bounds: CounterBounds
  readonly #forgotten: (state: CounterState) => void
  /** Those that are looked at next come first. */
  readonly #states = new Map<string, CounterState>()
  readonly #bytesOf = new Map<CounterState, number>()
  #bytes = 0

  constructor(
    windows: UsageWindows,
    bounds: CounterBounds,
    forgotten: (state: CounterState) => void,
  ) {
    this.#windows = windows
    this.#bounds = bounds
    this.#forgotten = forgotten
  }

  get size(): number {
    return this.#states.size
  }

  /** As it stands now; undefined for one that holds nothing. */
  find(counter: Counter, nowMs: number): CounterState | undefined {
    const shared = this.#isFull ? this.#states.get(overflowKey(counter.key)) : undefined
    const state = this.#states.get(counter.key) ?? shared
    if (state === undefined || !isSameWindow(state.window, counter.window)) return undefined
    state.follow(this.#windows, nowMs)
    return state
  }

  /** As it stands now; added when missing. One whose window was changed begins anew. */
  open(counter: Counter, nowMs: number): CounterState {
    const { key, window } = counter
    const known = this.#states.get(key)
    if (known !== undefined && isSameWindow(known.window, window)) {
      known.follow(this.#windows, nowMs)
      return known
    }
    if (known !== undefined) this.#forget(known)
    this.#forgetIdle(nowMs)
    if (!this.#isFull) return this.add(key, window, nowMs)
    const shared = overflowKey(key)
    if (shared === key) return this.add(key, window, nowMs)
    return this.open({ ...counter, key: shared }, nowMs)
  }

  /** Adds a counter, also where there is no room for it. */
  add(key: string, window: UsageWindow | undefined, nowMs: number): CounterState {
    const state = new CounterState(key, window, this.#windows.leaseSlot(window, nowMs))
    this.#states.set(key, state)
    this.resized(state)
    return state
  }

  /** Takes time for every counter. */
  forgetAllIdle(nowMs: number): void {
    for (const state of this.#states.values()) {
      state.follow(this.#windows, nowMs)
      if (state.isIdle) this.#forget(state)
    }
  }

  /** It holds more or less than before. */
  resized(state: CounterState): void {
    if (this.#states.get(state.key) !== state) return
    const { bytes } = state
    this.#bytes += bytes - (this.#bytesOf.get(state) ?? 0)
    this.#bytesOf.set(state, bytes)
  }

  get #isFull(): boolean {
    const { countersMax, bytesMax } = this.#bounds
    return this.#states.size >= countersMax || this.#bytes >= bytesMax
  }

  #forgetIdle(nowMs: number): void {
    let looks = Math.min(looksPerAddition, this.#states.size)
    for (const [key, state] of this.#states) {
      if (looks === 0) return
      looks -= 1
      state.follow(this.#windows, nowMs)
      if (state.isIdle) {
        this.#forget(state)
      } else {
        this.#states.delete(key)
        this.#states.set(key, state)
        this.resized(state)
      }
    }
  }

  #forget(state: CounterState): void {
    this.#states.delete(state.key)
    this.#bytes -= this.#bytesOf.get(state) ?? 0
    this.#bytesOf.delete(state)
    state.isForgotten = true
    this.#forgotten(state)
  }
}

/** `policyNamespace/policyName/limit:measure/…/overflow`. */
function overflowKey(key: string): string {
  let end = -1
  for (let slashes = 0; slashes < 3; slashes++) {
    const next = key.indexOf('/', end + 1)
    if (next < 0) return `${key}/…/overflow`
    end = next
  }
  return `${key.slice(0, end)}/…/overflow`
}

function isSameWindow(one: UsageWindow | undefined, other: UsageWindow | undefined): boolean {
  if (one === other) return true
  if (one?.type === 'Sliding') return other?.type === 'Sliding' && one.everyMs === other.everyMs
  return (
    one?.type === 'Calendar' &&
    other?.type === 'Calendar' &&
    one.period === other.period &&
    one.timeZone === other.timeZone
  )
}
