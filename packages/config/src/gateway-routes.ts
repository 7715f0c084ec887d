import type { RoutingPolicy } from '@fairlead/api'
import { canonicalJson } from './canonical-json.ts'
import { settleClaims } from './claims.ts'
import type { Judged } from './findings.ts'
import { describeWinner } from './precedence.ts'
import { compareRanked, ranksWithinPolicy } from './route-order.ts'
import type { Route } from '@fairlead/snapshot'

export type JudgedPolicy = Judged<RoutingPolicy, readonly Route[]>

export interface GatewayRoutes {
  /** In the order in which they are tried. */
  readonly routes: readonly Route[]
  /** Per policy, by its key: which of its rules are left out, and for which winner. */
  readonly conflicts: ReadonlyMap<string, string>
}

/**
 * One list of routes from all policies of a gateway. Of rules of different policies that match
 * exactly the same calls, one is kept. The more specific rules come first, each policy's own rules
 * in their order.
 */
export function mergeRoutes(policies: readonly JudgedPolicy[]): GatewayRoutes {
  const lost = settleClaims(
    policies.flatMap(({ resource, settings }) =>
      (settings ?? []).map((route) => ({ resource, route, subject: canonicalJson(route.match) })),
    ),
  )
  const lostRoutes = new Set(lost.map(({ route }) => route))
  const ranked = policies.flatMap((policy) => rankedRoutes(policy, lostRoutes))
  return {
    routes: ranked.toSorted(compareRanked).map(({ route }) => route),
    conflicts: new Map(
      [...Map.groupBy(lost, ({ route }) => policyKey(route))].map(([key, losses]) => [
        key,
        losses
          .map(
            ({ route, resource, winner }) =>
              `rule ${route.rule} matches the same calls as ${describeWinner(winner, resource)}, ` +
              'and is left out',
          )
          .join('; '),
      ]),
    ),
  }
}

function rankedRoutes({ resource, settings }: JudgedPolicy, lost: ReadonlySet<Route>) {
  const routes = (settings ?? []).filter((route) => !lost.has(route))
  const ranks = ranksWithinPolicy(routes.map(({ match }) => match))
  return routes.map((route, index) => ({
    route,
    rank: ranks[index] ?? [],
    createdAt: resource.metadata.creationTimestamp ?? '',
    policy: route.policy,
    index,
  }))
}

const policyKey = ({ policy }: Route): string => `${policy.namespace}/${policy.name}`
