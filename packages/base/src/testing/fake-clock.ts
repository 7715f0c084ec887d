import type { Clock, Timer } from '../clock.ts'

interface Pending {
  readonly atMs: number
  readonly order: number
  readonly callback: () => void
}

/** A clock that stands still until a test advances it. */
export class FakeClock implements Clock {
  #nowMs: number
  /** How far `setWallTime` has shifted wall time. */
  #wallShiftMs = 0
  #order = 0
  readonly #pending = new Set<Pending>()
  readonly #awaited: { readonly delayMs: number; readonly resolve: () => void }[] = []

  /** Starts at `nowMs`, by default 2026-01-01T00:00:00Z. */
  constructor(nowMs: number = Date.UTC(2026, 0, 1)) {
    this.#nowMs = nowMs
  }

  now(): number {
    return this.#nowMs + this.#wallShiftMs
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  /** Sets wall time only, as an operator or NTP does; durations and timers are not affected. */
  setWallTime(nowMs: number): void {
    this.#wallShiftMs = nowMs - this.#nowMs
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const pending = { atMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, callback }
    this.#pending.add(pending)
    for (const { delayMs: awaited, resolve } of this.#awaited) if (awaited === delayMs) resolve()
    return { cancel: () => void this.#pending.delete(pending) }
  }

  /** Number of pending timers, for tests that nothing leaks. */
  get pendingTimers(): number {
    return this.#pending.size
  }

  /** Milliseconds until the next timer is due, if there is one. */
  get nextTimerInMs(): number | undefined {
    const next = this.#next()
    return next === undefined ? undefined : next.atMs - this.#nowMs
  }

  /** Resolves when somebody waits for exactly this long. */
  timerOf(delayMs: number): Promise<void> {
    for (const { atMs } of this.#pending) {
      if (atMs === this.#nowMs + delayMs) return Promise.resolve()
    }
    return new Promise((resolve) => {
      this.#awaited.push({ delayMs, resolve })
    })
  }

  /**
   * Advances time and fires due timers in order, each at its own instant. Promise reactions run
   * between timers, so that a timer set by a continuation still fires within the same step.
   */
  async advance(byMs: number): Promise<void> {
    const endMs = this.#nowMs + byMs
    await settle()
    for (let next = this.#next(); next !== undefined && next.atMs <= endMs; next = this.#next()) {
      this.#pending.delete(next)
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      next.callback()
      await settle()
    }
    this.#nowMs = endMs
  }

  /** Advances to the next timer and fires it. Returns the elapsed milliseconds. */
  async advanceToNextTimer(): Promise<number> {
    await settle()
    const inMs = this.nextTimerInMs ?? 0
    await this.advance(inMs)
    return inMs
  }

  #next(): Pending | undefined {
    let next: Pending | undefined
    for (const candidate of this.#pending) {
      if (next === undefined || isBefore(candidate, next)) next = candidate
    }
    return next
  }
}

function isBefore(a: Pending, b: Pending): boolean {
  return a.atMs !== b.atMs ? a.atMs < b.atMs : a.order < b.order
}

/** Lets promise reactions, including chained ones, run to completion. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
