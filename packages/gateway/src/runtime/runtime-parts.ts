import type { Clock } from '@fairlead/base'
import type { ProviderType } from '../providers/provider-type.ts'
import type { RoutingStrategy } from '../routing/routing-strategy.ts'
import type { SecretSource } from '../sources/sources.ts'
import type { ProviderState } from '../upstream/provider-state.ts'
import type { UpstreamPools } from '../upstream/upstream-pools.ts'

/** What outlives a single runtime. */
export interface RuntimeParts {
  readonly secrets: SecretSource
  readonly pools: UpstreamPools
  readonly providerTypes: readonly ProviderType[]
  readonly routingStrategies: readonly RoutingStrategy[]
  readonly clock: Clock
  stateOf(provider: string): ProviderState
  /** Counts the calls of the in-process provider with this key, for the life of the process. */
  callCounter(provider: string): { calls: number }
}
