import { drawOrder } from '../draw-order.ts'
import type { RoutingStrategy } from '../routing-strategy.ts'

/** Drawn by weight without replacement. A target of weight 0 comes last, as a fallback only. */
export const weighted: RoutingStrategy = {
  type: 'Weighted',
  order: (targets, _call, random) => drawOrder(targets, random),
}
