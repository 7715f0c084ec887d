import { dollarsOf } from '@fairlead/usage'
import type { CallRecord } from '../call/call-record.ts'

/** What the call has cost, in US dollars. */
export const costHeader = 'x-fairlead-cost-usd'

const none: readonly string[] = []

/** The cost of a call where it is known; for the head or, where that was sent before, the trailers. */
export function costHeaders({ costNanodollars }: CallRecord): readonly string[] {
  return costNanodollars === undefined ? none : [costHeader, dollarsOf(costNanodollars)]
}

/** Whether the end of the answer may tell what it has cost, as its beginning cannot yet. */
export function awaitsCost({ costNanodollars, target }: CallRecord): boolean {
  return costNanodollars === undefined && target?.price !== undefined
}
