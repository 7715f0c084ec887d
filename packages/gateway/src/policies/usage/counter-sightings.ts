import type { CounterView } from '@fairlead/usage'
import type { LimitClaim } from './claims.ts'

/** A counter as it stood when a call last claimed of it. */
export interface Sighting {
  readonly of: Pick<LimitClaim, 'claim' | 'limit' | 'policy' | 'subject'>
  readonly view: CounterView
}

/** Counters that are remembered; the one that was seen first is forgotten. */
const rememberedMax = 4096

/** The counters that calls have claimed of lately, as they stood. */
export class CounterSightings {
  readonly #byKey = new Map<string, Sighting>()

  saw(of: LimitClaim, view: CounterView): void {
    const { key } = of.claim.counter
    this.#byKey.set(key, { of, view })
    if (this.#byKey.size <= rememberedMax) return
    const [oldest] = this.#byKey.keys()
    if (oldest !== undefined) this.#byKey.delete(oldest)
  }

  /** Those of policies that are still there, the fullest in front. */
  fullest(countMax: number, isThere: (policy: string) => boolean): readonly Sighting[] {
    for (const [key, { of }] of this.#byKey) if (!isThere(of.policy.key)) this.#byKey.delete(key)
    return [...this.#byKey.values()]
      .toSorted((left, right) => shareOf(right) - shareOf(left))
      .slice(0, countMax)
  }
}

/** How full a counter is: 1 for one that is used up. */
function shareOf({ of, view }: Sighting): number {
  const { amount } = of.limit
  return amount === 0 ? 1 : (view.used + view.reserved) / amount
}
