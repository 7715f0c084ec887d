import type { RoutingStrategy } from '../routing-strategy.ts'

/** In the order in which the rule names them. */
export const priority: RoutingStrategy = {
  type: 'Priority',
  order: (targets) => targets,
}
