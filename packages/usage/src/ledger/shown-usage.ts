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
  /** Of the calls that have not failed; null without any. */
  readonly mean_duration_ms: number | null
  /** Calls that were rated. */
  readonly ratings: number
  /** From 0 to 1; null without any. */
  readonly mean_rating: number | null
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
    mean_duration_ms: mean(sums.durationMs, sums.calls - sums.failedCalls, 1),
    ratings: sums.ratings,
    mean_rating: mean(sums.ratingThousandths, sums.ratings, 1000),
  }
}

/** To a thousandth. */
function mean(sum: number, count: number, scale: number): number | null {
  return count <= 0 ? null : Math.round((sum / count / scale) * 1000) / 1000
}
