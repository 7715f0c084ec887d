import { orderByKey } from '@fairlead/base'
import type { Operation } from '@fairlead/llm'
import type { StickinessSettings } from '@fairlead/snapshot'
import type { ModelFacts } from '../providers/model-facts.ts'
import type { RoutedCall } from './routed-call.ts'
import type { RoutingStrategy, TargetView } from './routing-strategy.ts'
import { stickyKeyOf } from './stickiness.ts'
import { type Unfitness, unfitnessOf } from './unfitness.ts'

/** A target as it is chosen. */
export interface ChoosableTarget extends TargetView {
  /** What is known of its model; undefined if nothing. */
  readonly facts: ModelFacts | undefined
  /** Why it cannot do what an operation asks for; undefined if it may. */
  lacks(operation: Operation): string | undefined
}

/** A target that cannot answer the call, and why. */
interface UnfitTarget<Target> extends Unfitness {
  readonly target: Target
}

/** What came of the choice. */
export interface TargetChoice<Target> {
  /** In the order in which they are tried, as far as they are available. */
  readonly targets: readonly Target[]
  /** Those that cannot answer the call, each with the reason. */
  readonly unfit: readonly UnfitTarget<Target>[]
  /** What decided instead of the strategy; undefined if the strategy did. */
  readonly stickyKey: string | undefined
}

interface ChoiceSettings {
  readonly strategy: RoutingStrategy
  readonly stickiness: StickinessSettings | undefined
}

/**
 * Which targets can answer a call, and in which order they are tried: without those whose models are
 * known to be unfit (where no other is left, only those of which the configuration says so), in the order of the strategy or of what the call sticks to. Those that are not
 * available now are put last when the call is made.
 */
export function chooseTargets<Target extends ChoosableTarget>(
  all: readonly Target[],
  call: RoutedCall,
  { strategy, stickiness }: ChoiceSettings,
  random: () => number,
): TargetChoice<Target> {
  const passedOver: UnfitTarget<Target>[] = []
  const known = all.filter((target) => {
    const unfitness = unfitnessOf(target, call)
    if (unfitness !== undefined) passedOver.push({ target, ...unfitness })
    return unfitness === undefined
  })
  const none = known.length === 0
  const fit = none ? all.filter((target) => !isCertainlyUnfit(target, passedOver)) : known
  const unfit = none ? passedOver.filter(({ certain }) => certain) : passedOver
  const stickyKey = stickyKeyOf(stickiness, call)
  const ordered =
    stickyKey === undefined ? strategy.order(fit, call, random) : orderByKey(fit, stickyKey)
  return { targets: ordered, unfit, stickyKey }
}

function isCertainlyUnfit<Target>(
  target: Target,
  passedOver: readonly UnfitTarget<Target>[],
): boolean {
  return passedOver.some((each) => each.target === target && each.certain)
}
