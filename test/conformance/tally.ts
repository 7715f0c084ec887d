import type { Verdict } from './compare.ts'
import type { Outcome } from './player.ts'

/** How many answers of a group had which verdict; `excepted` are others whose difference is meant. */
export type Tally = Record<Verdict | 'total' | 'excepted', number>

/** Counts outcomes by group, in the order in which groups were first played. */
export function tallies(outcomes: readonly Outcome[]): Map<string, Tally> {
  const byGroup = new Map<string, Tally>()
  for (const { exchange, verdict, exception } of outcomes) {
    const tally = byGroup.get(exchange.group) ?? emptyTally()
    tally[exception === undefined ? verdict : 'excepted'] += 1
    tally.total += 1
    byGroup.set(exchange.group, tally)
  }
  return byGroup
}

/** The sum of some groups. */
export function sum(all: Iterable<Tally>): Tally {
  const total = emptyTally()
  for (const tally of all) for (const key of keys) total[key] += tally[key]
  return total
}

function emptyTally(): Tally {
  return { same: 0, wording: 0, body: 0, status: 0, total: 0, excepted: 0 }
}

const keys = ['same', 'wording', 'body', 'status', 'total', 'excepted'] as const
