import type { Clock } from '@fairlead/base'
import type { LLMProviderSettings } from '@fairlead/snapshot'
import type { OnRuleFailure } from '../access/rules/access-rule.ts'
import type { TokenIssuers } from '../access/tokens/token-issuers.ts'
import type { EndpointPools } from '../endpoint-picker/endpoint-pools.ts'
import type { IdentityParts } from '../identity/identity-parts.ts'
import type { ProviderType } from '../providers/provider-type.ts'
import type { OnConditionFailure } from '../routing/content-match.ts'
import type { RoutingStrategy } from '../routing/routing-strategy.ts'
import type { SecretSource } from '../sources/sources.ts'
import type { CredentialStates } from '../upstream/credential-states.ts'
import type { ProviderState } from '../upstream/provider-state.ts'
import type { UpstreamPools } from '../upstream/upstream-pools.ts'

/** What outlives a single runtime. */
export interface RuntimeParts {
  readonly secrets: SecretSource
  readonly pools: UpstreamPools
  readonly endpointPools: Pick<EndpointPools, 'open'>
  readonly providerTypes: readonly ProviderType[]
  readonly routingStrategies: readonly RoutingStrategy[]
  readonly onConditionFailure: OnConditionFailure
  readonly onAccessConditionFailure: OnRuleFailure
  readonly clock: Clock
  readonly tokenIssuers: TokenIssuers
  /** What the surroundings tell of the gateway's own identity. */
  readonly identity: Pick<IdentityParts, 'environment' | 'readFile'>
  /** What is known of a provider, and from now on judged by these settings. */
  stateOf(provider: LLMProviderSettings): ProviderState
  readonly credentialStates: CredentialStates
  /** Counts the calls of the in-process provider with this key, for the life of the process. */
  callCounter(provider: string): { calls: number }
}
