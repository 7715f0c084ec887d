import type { Clock } from './clock.ts'

/** Time that moves only when a test tells it to. */
export class ManualClock implements Clock {
  #nowMs = Date.parse('2026-01-01T00:00:00Z')
  readonly #timers = new Set<{ readonly atMs: number; readonly callback: () => void }>()

  now(): number {
    return this.#nowMs
  }

  setTimer(delayMs: number, callback: () => void): { cancel(): void } {
    const timer = { atMs: this.#nowMs + delayMs, callback }
    this.#timers.add(timer)
    return { cancel: () => void this.#timers.delete(timer) }
  }

  get pending(): number {
    return this.#timers.size
  }

  advance(durationMs: number): void {
    const endMs = this.#nowMs + durationMs
    for (;;) {
      const due = [...this.#timers].filter(({ atMs }) => atMs <= endMs)
      const [next] = due.toSorted((left, right) => left.atMs - right.atMs)
      if (next === undefined) break
      this.#timers.delete(next)
      this.#nowMs = next.atMs
      next.callback()
    }
    this.#nowMs = endMs
  }
}
