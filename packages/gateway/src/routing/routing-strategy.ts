import type { Price } from '@fairlead/usage'
import type { ProviderHealth } from '../upstream/provider-state.ts'
import type { RoutedCall } from './routed-call.ts'

/** Orders the targets of a route. Pure: the same inputs give the same order. */
export interface RoutingStrategy {
  /** Value of a routing rule's `strategy`. */
  readonly type: string
  /**
   * Every target exactly once, the first to try in front; `targets` is not modified. Targets that
   * are not available are put last afterwards. `random` returns numbers in [0, 1).
   */
  order<Target extends TargetView>(
    targets: readonly Target[],
    call: RoutedCall,
    random: () => number,
  ): readonly Target[]
}

/** A target as a strategy sees it. What is measured is measured in this process alone. */
export interface TargetView {
  /** Unique within its rule. */
  readonly name: string
  /** A target of weight 0 is a fallback only, for every strategy that does not keep the order. */
  readonly weight: number
  readonly health: ProviderHealth
  /** Calls in flight at the target's provider, until the end of their answers. */
  readonly inFlight: number
  /**
   * Milliseconds that an answer to this call is expected to take until it can be passed on: a
   * stream's first event, a whole answer's end. Undefined if nothing is known, Infinity while the
   * first call is under way.
   */
  latencyMs(call: RoutedCall): number | undefined
  /**
   * The share, from 0 to 1, that is left of the provider's own limits for the model, as it told last;
   * undefined if nothing is known.
   */
  quotaShare(call: RoutedCall): number | undefined
  /** Average number of output tokens; undefined before the first answer. */
  readonly outputTokens: number | undefined
  /** Undefined where no price is known. */
  readonly price: Price | undefined
}
