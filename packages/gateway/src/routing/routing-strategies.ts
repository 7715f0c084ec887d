import type { RoutingStrategy } from './routing-strategy.ts'
import { priority } from './strategies/priority.ts'
import { weighted } from './strategies/weighted.ts'

/** The routing strategies that are served. */
export const routingStrategies: readonly RoutingStrategy[] = [weighted, priority]
