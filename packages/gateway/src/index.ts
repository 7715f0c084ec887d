export { startGateway } from './start-gateway.ts'
export type { Gateway, GatewayLists, GatewayOptions, ListenOn, OpenCounters } from './gateway.ts'
export { conversationStoreKey } from './conversations/conversation-stores.ts'
export { CallMemory } from './call/call-memory.ts'
export { recentCallsBytesMax } from './call/own-recent-calls.ts'
export { keptCall, type EndedCall, type KeptCall, type RecentCalls } from './call/recent-calls.ts'
export type { RefusalAudit, RefusedRequest } from './call/refused-request.ts'
export type { Sampling } from './telemetry/sampling.ts'
export type { TelemetryEnvironment } from './telemetry/trace-plan.ts'
export type { IdentityEnvironment } from './identity/identity-environment.ts'
export type { CallAllowance } from './policies/call-allowance.ts'
export type { ReviewToken, TokenReview } from './access/tokens/service-account-tokens.ts'
export type { ResolveHost } from './upstream/resolve-host.ts'
export type { GatewayReport, ReportedModel, ReportedProvider } from './report.ts'
export type {
  AnswerSelection,
  AnswerStore,
  KeptAnswer,
  NewAnswer,
} from './policies/cache/answer-store.ts'
export { MemoryAnswers } from './policies/cache/memory-answers.ts'
export type { ReportedCounter, ReportedStateStore } from './policies/reported-usage.ts'
export type { ProviderHealth } from './upstream/provider-state.ts'
export type { ReportedKnowledge } from './call/knowledge-states.ts'
export type { KnowledgeSearcher } from './call/knowledge-searcher.ts'
export type { EvaluatedCase, EvaluationCase } from './evaluations/evaluate-case.ts'
export { DocumentFetcher } from './knowledge/document-fetcher.ts'
export { noEndpointPools } from './sources/no-endpoint-pools.ts'
export type {
  EndpointPool,
  EndpointPoolSource,
  EndpointPoolState,
  SecretSource,
  SnapshotSource,
} from './sources/sources.ts'

// What the lists of startGateway hold, and what it takes to write another member.
export type { RouteExplanation } from './surfaces/route/route-explanation.ts'
export { surfaces } from './surfaces/surfaces.ts'
export type { Surface } from './surfaces/surface.ts'
export type { Call } from './call/call.ts'
export { readCallContext } from './call/call-context.ts'
export { CallRequest } from './call/call-request.ts'
export { parseJsonObject } from './http/json-body.ts'
export { gatewayError } from './errors/gateway-error.ts'
export { callPolicies } from './policies/call-policies.ts'
export type { CallOutcome, CallPolicy, CreateCallPolicy, Permit } from './policies/call-policy.ts'
export { answerTransformers } from './answer/answer-transformers.ts'
export type { AnswerPiece, AnswerStream } from './answer/answer-stream.ts'
export type { AnswerTransform, AnswerTransformer } from './answer/answer-transform.ts'
export { answerOf, EventAnswer } from './answer/event-answer.ts'
export { providerTypes } from './providers/provider-types.ts'
export { bearerRequest } from './providers/bearer-request.ts'
export type { ProviderApi, ProviderApis, ProviderType } from './providers/provider-type.ts'
export { routingStrategies } from './routing/routing-strategies.ts'
export type { RoutingStrategy, TargetView } from './routing/routing-strategy.ts'
