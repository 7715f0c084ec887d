import type { ModelPrice } from '@fairlead/snapshot'
import type { ProviderHealth } from '../upstream/provider-state.ts'
import type { RoutedCall } from './routed-call.ts'

/** Orders the targets of a route. Pure: the same inputs give the same order. */
export interface RoutingStrategy {
  /** Value of a routing rule's `strategy`. */
  readonly type: string
  /**
   * Every target exactly once, the first to try in front; `targets` is not modified. `random`
   * returns numbers in [0, 1).
   */
  order<Target extends TargetView>(
    targets: readonly Target[],
    call: RoutedCall,
    random: () => number,
  ): readonly Target[]
}

/** A target as a strategy sees it. */
export interface TargetView {
  readonly weight: number
  readonly health: ProviderHealth
  /** Attempts in flight at the target's provider, in this process. */
  readonly inFlight: number
  /**
   * Moving average of the milliseconds until an answer can be passed on: a stream's first event, a
   * whole answer's end. Undefined before the first.
   */
  readonly latencyMs: number | undefined
  /** Undefined where no price is known. */
  readonly price: ModelPrice | undefined
}
