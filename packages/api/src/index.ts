export { categories, formerVersion, group, version } from './group.ts'
export { definitions } from './definitions.ts'
export { kinds } from './kinds.ts'
export { kindVersions, type KindVersions } from './kind-versions.ts'
export {
  type ConversionService,
  servedDefinition,
  servedDefinitions,
} from './served-definitions.ts'
export { LLMGateway } from './llm-gateway.ts'
export type {
  LLMGatewayDeployment,
  LLMGatewayProblem,
  LLMGatewayReplica,
  LLMGatewaySpec,
  LLMGatewayStatus,
} from './llm-gateway.ts'
export { LLMProvider } from './llm-provider.ts'
export type {
  LLMProviderBackend,
  LLMProviderCredential,
  LLMProviderModel,
  LLMProviderSpec,
  LLMProviderStatus,
  LLMProviderType,
} from './llm-provider.ts'
export { providerHeaderProblem } from './schema/provider-header.ts'
export type { SimulatorFailure, SimulatorSpec } from './simulator.ts'
export { RoutingPolicy } from './routing-policy.ts'
export type {
  RoutingMatch,
  RoutingPolicyGatewayStatus,
  RoutingPolicySpec,
  RoutingPolicyStatus,
  RoutingRule,
  RoutingTarget,
} from './routing-policy.ts'
export { PromptTemplate } from './prompt-template.ts'
export type {
  PromptMessage,
  PromptTemplateSpec,
  PromptTemplateStatus,
  PromptVersion,
} from './prompt-template.ts'
export { Persona } from './persona.ts'
export type { PersonaSpec, PersonaStatus, PersonaVariable } from './persona.ts'
export { ContextStrategy } from './context-strategy.ts'
export type { ContextStrategySpec, ContextStrategyStatus } from './context-strategy.ts'
export { ConversationStore } from './conversation-store.ts'
export type { ConversationStoreSpec, ConversationStoreStatus } from './conversation-store.ts'
export { Consumer } from './consumer.ts'
export type { ConsumerApiKey, ConsumerKeyStatus, ConsumerSpec, ConsumerStatus } from './consumer.ts'
export { UsagePolicy } from './usage-policy.ts'
export type {
  UsagePolicyCounter,
  UsagePolicyLimit,
  UsagePolicySpec,
  UsagePolicyStatus,
} from './usage-policy.ts'
export { PriceBook } from './price-book.ts'
export type { PriceBookPrice, PriceBookSpec, PriceBookStatus } from './price-book.ts'
export { AccessPolicy } from './access-policy.ts'
export type { AccessPolicySpec, AccessPolicyStatus } from './access-policy.ts'
export { CachePolicy } from './cache-policy.ts'
export type { CachePolicySpec, CachePolicyStatus } from './cache-policy.ts'
export { GuardrailPolicy } from './guardrail-policy.ts'
export type {
  GuardrailPolicyGuard,
  GuardrailPolicyTransform,
  GuardrailPolicySpec,
  GuardrailPolicyStatus,
} from './guardrail-policy.ts'
export { KnowledgeBase } from './knowledge-base.ts'
export { PromptEvaluation } from './prompt-evaluation.ts'
export type { EvaluationResult, EvaluationRun } from './prompt-evaluation.ts'
export type { KnowledgeBaseSpec, KnowledgeBaseStatus } from './knowledge-base.ts'
export type { PolicyMatchSpec, PolicyTargetReference } from './schema/policy-attachment.ts'
export { ReferenceGrant } from './reference-grant.ts'
export type { ReferenceGrantSpec } from './reference-grant.ts'
export type { Reference, SecretReference } from './schema/references.ts'
