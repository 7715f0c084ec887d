import { drawOrder } from '../draw-order.ts'
import { orderBy } from '../order-by.ts'
import type { RoutingStrategy, TargetView } from '../routing-strategy.ts'

/**
 * The faster of two that are drawn, so that many gateways do not all flock to the one that is
 * fastest; then the others, the fastest first. One that nobody has measured comes before all, until
 * a call is on its way there. Equals, such as several that nobody has measured, are drawn by weight. A
 * target of weight 0 comes last, as a fallback only.
 */
export const leastLatency: RoutingStrategy = {
  type: 'LeastLatency',
  order(targets, call, random) {
    if (targets.length < 2) return targets
    const latencies = new Map(targets.map((target) => [target, target.latencyMs(call) ?? -1]))
    const ordered = orderBy(drawOrder(targets, random), (target) => latencies.get(target) ?? 0)
    const [fastest] = ordered
    if (fastest === undefined || latencies.get(fastest) === -1) return ordered
    const drawn = fasterOfTwo(ordered, random)
    return drawn === fastest ? ordered : [drawn, ...ordered.filter((each) => each !== drawn)]
  },
}

/** Of those that are no fallback, unless all are. */
function fasterOfTwo<Target extends TargetView>(
  ordered: readonly [Target, ...Target[]] | readonly Target[],
  random: () => number,
): Target {
  const weighted = ordered.filter(({ weight }) => weight > 0)
  const candidates = weighted.length > 0 ? weighted : ordered
  const first = Math.floor(random() * candidates.length)
  // One of the others, each with the same chance.
  const step = 1 + Math.floor(random() * (candidates.length - 1))
  const second = (first + step) % candidates.length
  return candidates[Math.min(first, second)] as Target
}
