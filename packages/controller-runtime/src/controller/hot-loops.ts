import type { Logger } from '@fairlead/base'
import { GenerationMap } from '../generation-map.ts'
import { describeRepeated } from '../queue/trigger.ts'
import type { Cause } from '../queue/trigger.ts'

interface Window {
  startMs: number
  calls: number
  /** How often it was called for what, at most for eight causes. */
  causes: Map<string, number> | undefined
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
  readonly #windows = new GenerationMap<Window>({ keys: keysLimit })

  /** Counts a call of the name's reconciler, now by the monotonic clock, and warns of too many. */
  count(key: string, triggers: readonly Cause[], log: Logger, nowMs: number): void {
    const window = this.#windowOf(key, nowMs)
    window.calls += 1
    if (window.calls <= warmCalls) return
    window.causes ??= new Map()
    for (const trigger of triggers) note(window.causes, describeRepeated(trigger))
    if (window.calls < hotCalls || window.told) return
    window.told = true
    const causes = [...window.causes].toSorted(([, a], [, b]) => b - a)
    log.warn(
      {
        calls: window.calls,
        seconds: (nowMs - window.startMs) / 1000,
        causes: causes.map(([cause, times]) => `${times} × ${cause}`),
      },
      'the object is reconciled in a tight loop: write only what has changed, and filter events ' +
        'that do not matter by a predicate such as generationChanged',
    )
  }

  #windowOf(key: string, nowMs: number): Window {
    const known = this.#windows.get(key)
    if (known === undefined) {
      const opened: Window = { startMs: nowMs, calls: 0, causes: undefined, told: false }
      this.#windows.set(key, opened)
      return opened
    }
    if (nowMs - known.startMs < windowMs) return known
    known.startMs = nowMs
    known.calls = 0
    known.causes = undefined
    known.told = false
    return known
  }
}

function note(causes: Map<string, number>, cause: string): void {
  const times = causes.get(cause)
  if (times !== undefined) causes.set(cause, times + 1)
  else if (causes.size < causesLimit) causes.set(cause, 1)
}
