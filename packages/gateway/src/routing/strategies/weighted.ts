import { drawByWeight } from '@fairlead/base'
import type { RoutingStrategy } from '../routing-strategy.ts'

/** Drawn by weight without replacement. A target of weight 0 comes last, as a fallback only. */
export const weighted: RoutingStrategy = {
  type: 'Weighted',
  order(targets, _call, random) {
    if (targets.length < 2) return targets
    const left = [...targets]
    const order: typeof left = []
    while (left.length > 0) {
      const [chosen] = left.splice(drawByWeight(left, random()), 1)
      if (chosen !== undefined) order.push(chosen)
    }
    return order
  },
}
