import type { Demand } from './demand.ts'
import type { CallTarget } from '../../routing/call-target.ts'

type Priced = Pick<CallTarget, 'price'>

/**
 * Nanodollars that a call costs at the dearest of its targets, at the most; undefined where the price
 * of one is not known.
 */
export function costOf({ targets }: Pick<Demand, 'targets'>): number | undefined {
  let most = 0
  for (const { target, inputTokens, outputTokens } of targets) {
    const cost = target.price?.mostCost(inputTokens, outputTokens)
    if (cost === undefined) return undefined
    most = Math.max(most, cost)
  }
  return most
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

/** What tokens cost at a price of so many nanodollars for a million, rounded up. */
export function costOfTokens(tokens: number, perMillion: number): number {
  return Number((BigInt(tokens) * BigInt(perMillion) + 999_999n) / 1_000_000n)
}
