import type { RoutingStrategy } from './routing-strategy.ts'
import { leastBusy } from './strategies/least-busy.ts'
import { leastCost } from './strategies/least-cost.ts'
import { leastLatency } from './strategies/least-latency.ts'
import { priority } from './strategies/priority.ts'
import { weighted } from './strategies/weighted.ts'

/** The routing strategies that are served. */
export const routingStrategies: readonly RoutingStrategy[] = [
  weighted,
  priority,
  leastLatency,
  leastCost,
  leastBusy,
]
