import { type Cost, type Price, roundedSum, unpricedCost } from '@fairlead/usage'
import type { CallRecord } from './call-record.ts'
import { type SpentUsage, usageOfAll } from './spent-usage.ts'

/**
 * Notes what a call has used and cost, all of its attempts together, once that is known: the one
 * number that goes to header, log, span, metrics, counters and ledger. Does nothing the second time,
 * or where nothing was used.
 */
export function settleCost(record: CallRecord): void {
  const { spent, target, usage } = record
  if (record.priceState !== undefined) return
  if (usage !== undefined && target !== undefined) {
    if (spent.length === 0) return note(record, target.price?.cost(usage) ?? unpricedCost)
    spent.push({ target, usage })
  }
  if (spent.length === 0) return
  record.usage = usageOfAll(spent)
  note(record, costOfAll(spent))
}

function note(record: CallRecord, { nanodollars, state }: Cost): void {
  record.costNanodollars = nanodollars
  record.priceState = state
}

/** What parts of a call have cost together, rounded once. */
export function costOfAll(parts: readonly SpentUsage[]): Cost {
  const amounts = parts.map(({ target, usage }) => target.price?.exactCost(usage))
  const known = amounts.filter((amount) => amount !== undefined)
  if (known.length < parts.length) return unpricedCost
  const isFree = parts.every(({ target, usage }) => isFreeUse(target.price, usage))
  return { state: isFree ? 'Free' : 'Priced', nanodollars: roundedSum(known) }
}

function isFreeUse(price: Price | undefined, usage: SpentUsage['usage']): boolean {
  return price?.cost(usage).state === 'Free'
}
