import type { Claim, Counter } from '@fairlead/usage'

/** One limit of each kind, small enough to be used up within seconds. */
export const counters = {
  requests: counter('requests', 'Requests', 1500),
  tokens: counter('tokens', 'TotalTokens', 120_000),
  cost: counter('cost', 'Nanodollars', 3_000_000_000),
  running: counter('running', 'Running', 150),
} as const satisfies Readonly<Record<string, Counter>>

export type Budget = 'requests' | 'tokens' | 'cost'
export const budgets: readonly Budget[] = ['requests', 'tokens', 'cost']

/** The most that a call may use; what it uses is decided by whoever answers it. */
export const most: Readonly<Record<Budget, number>> = {
  requests: 1,
  tokens: 200,
  cost: 5_000_000,
}

/** What one call of a budget claims, while so many calls may run. */
export function claimsOf(budget: Budget, runningMax: number): readonly Claim[] {
  return [
    { counter: counters[budget], amount: most[budget], shadow: false },
    { counter: { ...counters.running, limit: runningMax }, amount: 1, shadow: false },
  ]
}

function counter(name: string, measure: Counter['measure'], limit: number): Counter {
  const window =
    measure === 'Running'
      ? undefined
      : ({ type: 'Calendar', period: 'Year', timeZone: 'UTC' } as const)
  return { key: `platform/chaos/${name}/-`, measure, limit, window }
}
