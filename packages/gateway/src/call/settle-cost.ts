import { unpricedCost } from '@fairlead/usage'
import type { CallRecord } from './call-record.ts'

/**
 * Notes what a call has cost, once its usage is known: the one number that goes to header, log,
 * span, metrics, counters and ledger. Does nothing the second time, or without usage.
 */
export function settleCost(record: CallRecord): void {
  const { target, usage } = record
  if (record.priceState !== undefined || target === undefined || usage === undefined) return
  const cost = target.price?.cost(usage) ?? unpricedCost
  record.costNanodollars = cost.nanodollars
  record.priceState = cost.state
}
