import type { RoutingPolicy } from '@fairlead/api'
import type { Route } from '@fairlead/snapshot'
import type { Member } from '../../judging/kind-compiler.ts'
import { compareRanked, ranksWithinPolicy, type RankedRoute } from './route-order.ts'

/**
 * One list of routes from all policies of a gateway: the more specific rules first, each policy's
 * own rules in their order.
 */
export function mergeRoutes(
  policies: readonly Member<RoutingPolicy, readonly Route[]>[],
): readonly Route[] {
  return policies
    .flatMap(rankedRoutes)
    .toSorted(compareRanked)
    .map(({ route }) => route)
}

function rankedRoutes({
  resource,
  settings: routes,
}: Member<RoutingPolicy, readonly Route[]>): readonly RankedRoute<Route>[] {
  const ranks = ranksWithinPolicy(routes.map(({ match }) => match))
  return routes.map((route, index) => ({
    route,
    rank: ranks[index] ?? [],
    policy: resource,
    index,
  }))
}
