import { type Clock, type Logger, RecentMap } from '@fairlead/base'
import { describeRepeated } from '../queue/trigger.ts'
import type { Cause } from '../queue/trigger.ts'

interface Window {
  readonly startMs: number
  calls: number
  /** How often it was called for what, at most for eight causes. */
  readonly causes: Map<string, number>
  told: boolean
}

const windowMs = 10_000
/** From so many calls on, causes are looked at; from so many on, they are told. */
const warmCalls = 20
const hotCalls = 100
const causesLimit = 8
const keysLimit = 4096

/** Notices names that are reconciled a hundred times in ten seconds, and says why they are. */
export class HotLoops {
  readonly #clock: Clock
  readonly #windows = new RecentMap<Window>(keysLimit)

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Whether the name is reconciled so often that the cause of its next call is worth knowing. */
  isWarm(key: string): boolean {
    return (this.#current(key)?.calls ?? 0) >= warmCalls
  }

  /** Counts a call of the name's reconciler, and warns if there are too many. */
  count(key: string, triggers: readonly Cause[], log: Logger): void {
    const window = this.#current(key) ?? this.#open(key)
    window.calls += 1
    if (window.calls <= warmCalls) return
    for (const trigger of triggers) note(window.causes, describeRepeated(trigger))
    if (window.calls < hotCalls || window.told) return
    window.told = true
    const causes = [...window.causes].toSorted(([, a], [, b]) => b - a)
    log.warn(
      {
        calls: window.calls,
        seconds: (this.#clock.monotonicMs() - window.startMs) / 1000,
        causes: causes.map(([cause, times]) => `${times} × ${cause}`),
      },
      'the object is reconciled in a tight loop: write only what has changed, and filter events ' +
        'that do not matter by a predicate such as generationChanged',
    )
  }

  #current(key: string): Window | undefined {
    const window = this.#windows.get(key)
    if (window === undefined) return undefined
    return this.#clock.monotonicMs() - window.startMs < windowMs ? window : undefined
  }

  #open(key: string): Window {
    const startMs = this.#clock.monotonicMs()
    const window: Window = { startMs, calls: 0, causes: new Map(), told: false }
    this.#windows.set(key, window)
    return window
  }
}

function note(causes: Map<string, number>, cause: string): void {
  const times = causes.get(cause)
  if (times !== undefined) causes.set(cause, times + 1)
  else if (causes.size < causesLimit) causes.set(cause, 1)
}
