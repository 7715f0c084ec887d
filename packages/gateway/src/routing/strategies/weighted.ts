import { drawOrder } from '../draw-order.ts'
import type { RoutedCall } from '../routed-call.ts'
import type { RoutingStrategy, TargetView } from '../routing-strategy.ts'
import { weightByQuota } from '../weight-by-quota.ts'

/**
 * Drawn by weight without replacement, less often where the provider has little left of its own
 * limits. A target of weight 0 comes last, as a fallback only.
 */
export const weighted: RoutingStrategy = {
  type: 'Weighted',
  order(targets, call, random) {
    if (targets.length < 2) return targets
    const drawn = drawOrder(
      targets.map((target) => ({ target, weight: weightOf(target, call) })),
      random,
    )
    return drawn.map(({ target }) => target)
  },
}

function weightOf(target: TargetView, call: RoutedCall): number {
  return weightByQuota(target.weight, target.quotaShare(call))
}
