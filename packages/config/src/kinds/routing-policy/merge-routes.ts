import { compareText } from '@fairlead/base'
import type { RoutingPolicy } from '@fairlead/api'
import type { Route } from '@fairlead/snapshot'
import type { Member } from '../../judging/kind-compiler.ts'
import { compareSpecificity, ranksWithinPolicy, type Specificity } from './route-order.ts'

const ranksByRoutes = new WeakMap<readonly Route[], readonly Specificity[]>()

/** Routes that are equally specific, in their order. */
interface Level {
  readonly rank: Specificity
  readonly routes: Route[]
}

/**
 * One list of routes from all policies of a gateway: the more specific rules first; then the older
 * policy, the one with the lower namespace/name, each policy's own rules in their order. There are
 * few levels, however many routes, so that only these and the policies are sorted. Policies are
 * given in the order of their keys.
 */
export function mergeRoutes(
  policies: readonly Member<RoutingPolicy, readonly Route[]>[],
): readonly Route[] {
  const levels = new Map<string, Level>()
  for (const { settings } of policies.toSorted(compareAge)) {
    const ranks = ranksOf(settings)
    for (const [index, route] of settings.entries()) {
      const rank = ranks[index] ?? []
      const name = rank.join()
      const level = levels.get(name) ?? { rank, routes: [] }
      levels.set(name, level)
      level.routes.push(route)
    }
  }
  return [...levels.values()]
    .toSorted((left, right) => compareSpecificity(right.rank, left.rank))
    .flatMap(({ routes }) => routes)
}

function ranksOf(routes: readonly Route[]): readonly Specificity[] {
  const known = ranksByRoutes.get(routes)
  if (known !== undefined) return known
  const ranks = ranksWithinPolicy(routes.map(({ match }) => match))
  ranksByRoutes.set(routes, ranks)
  return ranks
}

/** As `comparePrecedence` without the keys, which are in order already. */
function compareAge({ resource: left }: AnyPolicy, { resource: right }: AnyPolicy): number {
  return compareText(left.metadata.creationTimestamp ?? '', right.metadata.creationTimestamp ?? '')
}

type AnyPolicy = Pick<Member<RoutingPolicy>, 'resource'>
