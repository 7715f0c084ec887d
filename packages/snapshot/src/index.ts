export type { Capabilities, ProviderTypeCapability } from './capabilities.ts'
export type { ResourceIdentity } from './resource-identity.ts'
export type { SecretKeyRef } from './secret-key-ref.ts'
export type { AuditSettings, CorsSettings, ListenerTlsSettings } from './gateway-listener.ts'
export type {
  LeaseSettings,
  LLMGatewaySettings,
  StateSettings,
  TelemetrySettings,
} from './llm-gateway.ts'
export type {
  AnswerTimeouts,
  EndpointPoolSettings,
  HealthSettings,
  LLMProviderSettings,
  ModelPrice,
  ProviderLimits,
  ProviderModel,
  TimeoutSettings,
  TlsSettings,
} from './llm-provider.ts'
export type {
  AuthenticationSettings,
  ClientCertificateSettings,
  ConsumerRule,
  ServiceAccountSettings,
  TokenIssuerSettings,
  TokenKeySource,
} from './authentication.ts'
export type { SimulatorSettings } from './simulator.ts'
export type {
  Route,
  RouteMatch,
  RouteTarget,
  RetryCondition,
  RetrySettings,
  MirrorSettings,
  StickinessSettings,
} from './routing-policy.ts'
export type { EvaluationMetric, PromptEvaluationSettings } from './prompt-evaluation.ts'
export type {
  CohortMatch,
  PromptStickiness,
  PromptTemplateSettings,
  PromptVersion,
  RolloutShare,
} from './prompt-template.ts'
export type { PersonaSettings } from './persona.ts'
export type { ContextStrategySettings } from './context-strategy.ts'
export type {
  ConversationStoreSettings,
  StoreEncryptionSettings,
  StoreServerSettings,
} from './conversation-store.ts'
export type {
  AccessFeature,
  AccessPolicySettings,
  AccessResources,
  AccessSubjects,
} from './access-policy.ts'
export type { CacheBounds, CachePolicySettings } from './cache-policy.ts'
export type {
  GuardAction,
  GuardLook,
  GuardPhase,
  GuardrailPolicySettings,
  GuardSettings,
} from './guardrail-policy.ts'
export type { PolicyMatch, PolicyTarget } from './policy-target.ts'
export type { FormatSettings, TransformSettings } from './transform-settings.ts'
export type { PriceBookSettings, PriceEntry, PriceTier, TokenPrices } from './price-book.ts'
export type {
  OnExceeded,
  UsageCharges,
  UsageLimit,
  UsagePolicySettings,
  UsageSubject,
  UsageWindow,
} from './usage-policy.ts'
export type {
  KnowledgeBaseSettings,
  KnowledgeBaseUse,
  KnowledgeRetrieverSettings,
  KnowledgeSourceSettings,
  KnowledgeStoreSettings,
  KnowledgeUse,
  MetadataRule,
} from './knowledge-base.ts'
export type { AccessSettings } from './access.ts'
export type { ConsumerSettings } from './consumer.ts'
export type { Snapshot } from './snapshot.ts'
export type { ReplicaProblem } from './replica-problem.ts'
