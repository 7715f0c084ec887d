import type { ModelPrice } from '@fairlead/snapshot'
import type { HealthState } from '../upstream/provider-state.ts'
import type { RoutedCall } from './routed-call.ts'

/** In which order the targets of a route are tried. Pure: the same inputs give the same order. */
export interface RoutingStrategy {
  /** Value of a routing rule's `strategy`. */
  readonly type: string
  /**
   * Every target exactly once, the one to ask first in front; `targets` is left alone. `random` gives
   * numbers in [0, 1).
   */
  order<Target extends TargetView>(
    targets: readonly Target[],
    call: RoutedCall,
    random: () => number,
  ): readonly Target[]
}

/** What a strategy sees of a target. */
export interface TargetView {
  readonly weight: number
  readonly health: HealthState
  /** Attempts at the target's provider that run now, in this process. */
  readonly inFlight: number
  /** Moving average of the milliseconds to the start of an answer; undefined before the first. */
  readonly latencyMs: number | undefined
  /** Undefined where no price is known. */
  readonly price: ModelPrice | undefined
}
