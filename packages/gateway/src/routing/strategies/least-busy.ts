import { drawOrder } from '../draw-order.ts'
import { orderBy } from '../order-by.ts'
import type { RoutingStrategy } from '../routing-strategy.ts'

/**
 * By the calls in flight at the provider, the fewest first; equals are drawn by weight. A target of
 * weight 0 comes last, as a fallback only.
 */
export const leastBusy: RoutingStrategy = {
  type: 'LeastBusy',
  order: (targets, _call, random) =>
    orderBy(drawOrder(targets, random), ({ inFlight }) => inFlight),
}
