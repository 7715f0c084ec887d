import type { Demand } from './demand.ts'
import type { RefusedLimit } from './refusal.ts'

/**
 * The greatest number of output tokens with which a call would fit into what is left of the limit
 * that refused it; undefined if its input alone does not, or output is not what the limit is about.
 */
export function fittingTokens({ of, view }: RefusedLimit, demand: Demand): number | undefined {
  const { limit } = of
  const left = limit.amount - view.used - view.reserved
  switch (limit.measure) {
    case 'OutputTokens':
      return positive(left)
    case 'TotalTokens':
      return positive(left - demand.inputTokens)
    case 'Nanodollars':
      return positive(tokensFor(left, demand))
    default:
      return undefined
  }
}

function positive(tokens: number): number | undefined {
  return tokens > 0 ? tokens : undefined
}

/** By halving: a cost grows with its tokens. */
function tokensFor(nanodollars: number, { outputTokens, targets }: Demand): number {
  const fits = (tokens: number) =>
    targets.every(({ inputTokens, target }) => {
      const cost = target.price?.mostCost(inputTokens, tokens)
      return cost !== undefined && cost <= nanodollars
    })
  let [fitting, tooMany] = [0, outputTokens]
  while (tooMany - fitting > 1) {
    const middle = Math.floor((fitting + tooMany) / 2)
    if (fits(middle)) fitting = middle
    else tooMany = middle
  }
  return fitting
}
