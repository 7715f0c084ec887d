import { drawByWeight } from '@fairlead/base'
import type { CallTarget, MatchedRoute } from './match-route.ts'

/**
 * The targets in the order in which they are tried: as they stand for `Priority`; drawn by weight
 * without putting back for `Weighted`. A target without weight comes last, as a fallback only.
 */
export function chooseTargets(route: MatchedRoute, random: () => number): readonly CallTarget[] {
  if (route.strategy === 'Priority' || route.targets.length < 2) return route.targets
  const left = [...route.targets]
  const order: CallTarget[] = []
  while (left.length > 0) {
    const [chosen] = left.splice(drawByWeight(left, random()), 1)
    if (chosen !== undefined) order.push(chosen)
  }
  return order
}
