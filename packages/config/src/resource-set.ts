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
import { Namespace, type KubernetesObject, type ResourceType } from '@fairlead/kube-core'
import type { ResourceSet } from './compile-types.ts'

/** All objects of a kind, wherever they are kept. */
export type ListKind = <T extends KubernetesObject>(type: ResourceType<T>) => readonly T[]

/** Gathers what configuration is compiled from. */
export function resourceSetOf(list: ListKind): ResourceSet {
  return {
    gateways: list(LLMGateway),
    providers: list(LLMProvider),
    routingPolicies: list(RoutingPolicy),
    promptTemplates: list(PromptTemplate),
    personas: list(Persona),
    contextStrategies: list(ContextStrategy),
    conversationStores: list(ConversationStore),
    consumers: list(Consumer),
    referenceGrants: list(ReferenceGrant),
    namespaces: new Map(
      list(Namespace).map(({ metadata }) => [metadata.name ?? '', metadata.labels ?? {}]),
    ),
  }
}
