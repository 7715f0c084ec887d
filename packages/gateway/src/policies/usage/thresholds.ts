import type { CounterView } from '@fairlead/usage'
import type { LimitClaim } from './claims.ts'

/** Counters of which it is known what has been warned of. */
const rememberedMax = 10_000

interface Warned {
  /** The window of the calendar in which it was; undefined for a sliding one. */
  readonly window: number | undefined
  readonly percent: number
}

/** Notices when counters reach the percentages of `warnAt`: each once in a window of a counter. */
export class Thresholds {
  readonly #warned = new Map<string, Warned>()

  /**
   * The greatest percentage that has been reached and not been warned of; undefined if there is none.
   * A sliding window may be warned of again when less is used.
   */
  reached({ claim, limit }: LimitClaim, view: CounterView, used: number): number | undefined {
    const { amount, warnAt } = limit
    if (warnAt.length === 0 || amount === 0) return undefined
    const { key } = claim.counter
    const window = limit.window?.type === 'Calendar' ? view.resetsAtMs : undefined
    const percent = warnAt.findLast((each) => used * 100 >= each * amount)
    const before = this.#warned.get(key)
    const isSameWindow = before?.window === window
    if (percent === undefined) {
      if (before !== undefined) this.#warned.delete(key)
      return undefined
    }
    if (before !== undefined && isSameWindow && before.percent >= percent) {
      if (limit.window?.type === 'Sliding' && before.percent > percent)
        this.#note(key, { window, percent })
      return undefined
    }
    this.#note(key, { window, percent })
    return percent
  }

  #note(key: string, warned: Warned): void {
    if (this.#warned.size >= rememberedMax) this.#warned.clear()
    this.#warned.set(key, warned)
  }
}
