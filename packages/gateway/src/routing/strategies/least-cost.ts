import { callCost } from '../call-cost.ts'
import { drawOrder } from '../draw-order.ts'
import { orderBy } from '../order-by.ts'
import type { RoutingStrategy } from '../routing-strategy.ts'

/**
 * By the price of the call, the lowest first and the unknown last; equals are drawn by weight. A
 * target of weight 0 comes after all, as a fallback only.
 */
export const leastCost: RoutingStrategy = {
  type: 'LeastCost',
  order: (targets, call, random) =>
    orderBy(drawOrder(targets, random), (target) => callCost(target, call) ?? Infinity),
}
