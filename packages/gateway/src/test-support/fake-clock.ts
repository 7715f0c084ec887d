import type { Clock, Timer } from '../clock.ts'

/** Time that stands still until a test moves it. */
export class FakeClock implements Clock {
  #nowMs: number
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>()
  readonly #waiting: { readonly delayMs: number; resolve(): void }[] = []

  constructor(nowMs = Date.UTC(2026, 10, 22, 12)) {
    this.#nowMs = nowMs
  }

  now(): number {
    return this.#nowMs
  }

  setTimer(delayMs: number, callback: () => void): Timer {
    const timer = { atMs: this.#nowMs + Math.max(delayMs, 0), callback }
    this.#timers.add(timer)
    for (const entry of this.#waiting) if (entry.delayMs === delayMs) entry.resolve()
    return { cancel: () => this.#timers.delete(timer) }
  }

  /** Resolves when somebody waits for exactly this long. */
  timerOf(delayMs: number): Promise<void> {
    for (const { atMs } of this.#timers) {
      if (atMs === this.#nowMs + delayMs) return Promise.resolve()
    }
    return new Promise((resolve) => {
      this.#waiting.push({ delayMs, resolve })
    })
  }

  advance(milliseconds: number): void {
    this.#nowMs += milliseconds
    for (const timer of [...this.#timers].toSorted((left, right) => left.atMs - right.atMs)) {
      if (timer.atMs > this.#nowMs || !this.#timers.delete(timer)) continue
      timer.callback()
    }
  }
}
