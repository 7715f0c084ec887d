import { dollarsOf } from '../money/nanodollars.ts'
import type { UsageSums } from './ledger.ts'

/** Sums as they are shown in JSON, by the gateway and its admin port alike. */
export interface ShownSums {
  readonly calls: number
  readonly failed_calls: number
  readonly input_tokens: number
  readonly cached_input_tokens: number
  readonly output_tokens: number
  readonly reasoning_tokens: number
  /** A decimal: no number, which would be rounded. */
  readonly cost_usd: string
  readonly unpriced_calls: number
}

export function shownSums(sums: UsageSums): ShownSums {
  return {
    calls: sums.calls,
    failed_calls: sums.failedCalls,
    input_tokens: sums.inputTokens,
    cached_input_tokens: sums.cachedInputTokens,
    output_tokens: sums.outputTokens,
    reasoning_tokens: sums.reasoningTokens,
    cost_usd: dollarsOf(sums.nanodollars),
    unpriced_calls: sums.unpricedCalls,
  }
}
