import type { Usage } from '@fairlead/llm'
import type { UsageCharges } from '@fairlead/snapshot'
import { costOfTokens } from './costs.ts'
import type { LimitClaim } from './claims.ts'

/** What a call has really used. */
export interface Used {
  /** Of all its attempts; undefined where nothing is known. */
  readonly usage: Usage | undefined
  /** Whether a provider has begun an answer: then what is not known is counted as it was claimed. */
  readonly answered: boolean
  /** Nanodollars; undefined where they are not known. */
  readonly cost: number | undefined
  /** Nanodollars for a million tokens of which no price is known. */
  readonly dearest: () => number | undefined
  /** Whether it got the answer of an earlier call. */
  readonly replayed: boolean
  /** Whether it was refused after it was admitted. */
  readonly refused: boolean
}

/** How much of a claim a call that has ended has used. */
export function usedOf({ claim: { amount }, limit, policy }: LimitClaim, used: Used): number {
  const { answered, usage } = used
  switch (limit.measure) {
    case 'Running':
      return 0
    case 'Requests':
      return isCharged(policy.charges, used) ? 1 : 0
    case 'InputTokens':
    case 'OutputTokens':
    case 'TotalTokens':
      if (usage === undefined) return answered ? amount : 0
      return tokensUsed(usage, limit.measure)
    case 'Nanodollars': {
      if (used.cost !== undefined) return used.cost
      if (usage === undefined) return answered ? amount : 0
      const dearest = limit.onUnpriced === 'CountTokens' ? used.dearest() : undefined
      if (dearest !== undefined) return costOfTokens(tokensUsed(usage, 'TotalTokens'), dearest)
      return limit.onUnpriced === 'Allow' ? 0 : amount
    }
  }
}

function isCharged({ refused, replayed }: UsageCharges, used: Used): boolean {
  if (used.replayed) return replayed === 'Requests'
  return !used.refused || refused === 'Requests'
}

/** Providers are not trusted to report whole numbers. */
function tokensUsed(
  { inputTokens, outputTokens }: Usage,
  measure: 'InputTokens' | 'OutputTokens' | 'TotalTokens',
): number {
  const input = measure === 'OutputTokens' ? 0 : inputTokens
  const output = measure === 'InputTokens' ? 0 : outputTokens
  const sum = Math.ceil(input + output)
  return sum > 0 ? Math.min(sum, Number.MAX_SAFE_INTEGER) : 0
}
