import type { Price } from '@fairlead/usage'
import type { RoutedCall } from './routed-call.ts'

/** Output tokens of a call of which nothing is known. */
const outputTokensDefault = 500

interface PricedTarget {
  readonly outputTokens: number | undefined
  readonly price: Price | undefined
}

/**
 * What a call would cost at a target, in nanodollars: its estimated input, and as much output as the
 * model's answers have had on average, or without any as much as is asked for, at most that in any
 * case. Undefined unless both prices are known.
 */
export function callCost(
  { outputTokens, price }: PricedTarget,
  call: RoutedCall,
): number | undefined {
  const max = call.outputTokensMax ?? Infinity
  const expected = Math.min(outputTokens ?? call.outputTokensMax ?? outputTokensDefault, max)
  return price?.cost({
    inputTokens: call.inputTokens,
    cachedInputTokens: 0,
    cacheWriteInputTokens: 0,
    outputTokens: expected,
    reasoningTokens: 0,
  }).nanodollars
}
