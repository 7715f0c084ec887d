import { nanodollarsMax } from '@fairlead/usage'
import type { Demand } from './demand.ts'
import type { CallTarget } from '../../routing/call-target.ts'

type Priced = Pick<CallTarget, 'price'>

/** What a call can cost. */
interface CostDemand {
  /** Nanodollars at the dearest of its targets whose prices are known. */
  readonly nanodollars: number
  /** Whether the prices of all of its targets are. */
  readonly isKnown: boolean
}

/** What a call costs at the most, whichever of its targets is asked. */
export function costOf({ targets }: Pick<Demand, 'targets'>): CostDemand {
  let nanodollars = 0
  let isKnown = true
  for (const { target, inputTokens, outputTokens } of targets) {
    const cost = target.price?.mostCost(inputTokens, outputTokens)
    if (cost === undefined) isKnown = false
    else nanodollars = Math.max(nanodollars, cost)
  }
  return { nanodollars, isKnown }
}

const million = 1_000_000

/**
 * Nanodollars of a million tokens of the dearest kind at the dearest target whose price is known;
 * undefined where none is.
 */
export function dearestOf(targets: Iterable<Priced>): number | undefined {
  let most: number | undefined
  for (const { price } of targets) {
    for (const cost of [price?.mostCost(million, 0), price?.mostCost(0, million)]) {
      if (cost !== undefined && (most === undefined || cost > most)) most = cost
    }
  }
  return most
}

/** What tokens cost at a price of so many nanodollars for a million, rounded up, at most `nanodollarsMax`. */
export function costOfTokens(tokens: number, perMillion: number): number {
  const cost = Number((BigInt(tokens) * BigInt(perMillion) + 999_999n) / 1_000_000n)
  return Math.min(cost, nanodollarsMax)
}
