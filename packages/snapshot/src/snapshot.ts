import type { AccessPolicySettings } from './access-policy.ts'
import type { ConsumerSettings } from './consumer.ts'
import type { ContextStrategySettings } from './context-strategy.ts'
import type { ConversationStoreSettings } from './conversation-store.ts'
import type { KnowledgeBaseSettings } from './knowledge-base.ts'
import type { CachePolicySettings } from './cache-policy.ts'
import type { GuardrailPolicySettings } from './guardrail-policy.ts'
import type { LLMGatewaySettings } from './llm-gateway.ts'
import type { LLMProviderSettings } from './llm-provider.ts'
import type { PersonaSettings } from './persona.ts'
import type { PromptEvaluationSettings } from './prompt-evaluation.ts'
import type { PromptTemplateSettings } from './prompt-template.ts'
import type { PriceBookSettings } from './price-book.ts'
import type { Route } from './routing-policy.ts'
import type { UsagePolicySettings } from './usage-policy.ts'

/**
 * The configuration of the data plane: one frozen value, compiled from all resources, with all
 * defaults applied, references resolved and durations in milliseconds. It contains names of
 * Secrets, never their values. A call sees one snapshot from start to end. From one snapshot to the
 * next, what did not change is the same object, so that what is derived from it can be kept.
 */
export interface Snapshot {
  /** `sha256:` over all other fields: equal configuration, equal hash. */
  readonly hash: string
  readonly gateway: LLMGatewaySettings
  /** By `namespace/name`. */
  readonly providers: ReadonlyMap<string, LLMProviderSettings>
  /** In evaluation order: the first match wins. */
  readonly routes: readonly Route[]
  /** By `namespace/name`. */
  readonly promptTemplates: ReadonlyMap<string, PromptTemplateSettings>
  /** By `namespace/name`. */
  readonly personas: ReadonlyMap<string, PersonaSettings>
  /** By `namespace/name`. */
  readonly contextStrategies: ReadonlyMap<string, ContextStrategySettings>
  /** By `namespace/name`. */
  readonly conversationStores: ReadonlyMap<string, ConversationStoreSettings>
  readonly consumers: readonly ConsumerSettings[]
  /** Those that concern the gateway, with the targets that do, in the order of their keys. */
  readonly usagePolicies: readonly UsagePolicySettings[]
  /** The one that applies on the gateway, or none. */
  readonly priceBooks: readonly PriceBookSettings[]
  /** As `usagePolicies`. */
  readonly accessPolicies: readonly AccessPolicySettings[]
  /** Those that concern the gateway, with the targets that do, in the order in which they apply. */
  readonly guardrailPolicies: readonly GuardrailPolicySettings[]
  /** Those that concern the gateway, with the targets that they have there, the oldest first. */
  readonly cachePolicies: readonly CachePolicySettings[]
  /** By `namespace/name`. */
  readonly knowledgeBases: ReadonlyMap<string, KnowledgeBaseSettings>
  /** By `namespace/name`. */
  readonly promptEvaluations: ReadonlyMap<string, PromptEvaluationSettings>
}
