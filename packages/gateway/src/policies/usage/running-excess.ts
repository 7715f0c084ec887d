import type { LimitClaim } from './claims.ts'
import type { Held } from './reserver.ts'

/** What running calls may use beyond what has been set aside for them. */
export class RunningExcess {
  readonly #running = new Set<Held>()

  /** A call runs with these claims, of which some may not cover what it uses. */
  began(held: Held): void {
    if (held.claims.some((of) => excessOf(of, held) > 0)) this.#running.add(held)
  }

  /** It has settled them. */
  ended(held: Held): void {
    this.#running.delete(held)
  }

  /** By the key of the counter; what is not in it is 0. */
  byCounter(): ReadonlyMap<string, number> {
    const sums = new Map<string, number>()
    for (const held of this.#running) {
      for (const of of held.claims) {
        const { key } = of.claim.counter
        const excess = excessOf(of, held)
        if (excess > 0) sums.set(key, (sums.get(key) ?? 0) + excess)
      }
    }
    return sums
  }
}

/** Of what could not be counted nothing is set aside. */
function excessOf({ beyond, claim }: LimitClaim, { isCounted }: Held): number {
  return isCounted ? beyond : claim.amount + beyond
}
