import type { Counter } from '@fairlead/usage'

const year = { type: 'Calendar', period: 'Year', timeZone: 'UTC' } as const

/** Requests, and tokens of which there are enough. */
export const countedLimits: readonly [requests: Counter, tokens: Counter] = [
  { key: 'default/team/requests/alice', measure: 'Requests', limit: 1000, window: year },
  { key: 'default/team/tokens/alice', measure: 'TotalTokens', limit: 1_000_000, window: year },
]
