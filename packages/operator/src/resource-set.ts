import {
  Consumer,
  ContextStrategy,
  ConversationStore,
  LLMGateway,
  LLMProvider,
  Persona,
  PromptTemplate,
  ReferenceGrant,
  RoutingPolicy,
} from '@fairlead/api'
import type { ResourceSet } from '@fairlead/config'
import type { Cache } from '@fairlead/controller-runtime'
import { Namespace } from '@fairlead/kube-core'

/** Everything that configuration is compiled from, as the cache has it at this moment. */
export function readResourceSet(cache: Cache): ResourceSet {
  return {
    gateways: cache.list(LLMGateway),
    providers: cache.list(LLMProvider),
    routingPolicies: cache.list(RoutingPolicy),
    promptTemplates: cache.list(PromptTemplate),
    personas: cache.list(Persona),
    contextStrategies: cache.list(ContextStrategy),
    conversationStores: cache.list(ConversationStore),
    consumers: cache.list(Consumer),
    referenceGrants: cache.list(ReferenceGrant),
    namespaces: new Map(
      cache
        .list(Namespace)
        .map(({ metadata }) => [metadata.name ?? '', metadata.labels ?? {}] as const),
    ),
  }
}
