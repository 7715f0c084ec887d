import type { ModelPrice } from '@fairlead/snapshot'
import type { RoutedCall } from './routed-call.ts'

/** Output tokens of a call of which nothing is known. */
const outputTokensDefault = 500

interface PricedTarget {
  readonly outputTokens: number | undefined
  readonly price: ModelPrice | undefined
}

/**
 * What a call would cost at a target, in US dollars: its estimated input, and as much output as the
 * model's answers have had on average, or without any as much as is asked for, at most that in any
 * case. Undefined unless both prices are known.
 */
export function callCost(
  { outputTokens, price }: PricedTarget,
  call: RoutedCall,
): number | undefined {
  const { inputPerMillion, outputPerMillion } = price ?? {}
  if (inputPerMillion === undefined || outputPerMillion === undefined) return undefined
  const max = call.outputTokensMax ?? Infinity
  const expected = Math.min(outputTokens ?? call.outputTokensMax ?? outputTokensDefault, max)
  return (call.inputTokens * Number(inputPerMillion) + expected * Number(outputPerMillion)) / 1e6
}
