import type {
  Consumer,
  ContextStrategy,
  ConversationStore,
  LLMGateway,
  LLMProvider,
  Persona,
  PromptTemplate,
  RoutingPolicy,
} from '@fairlead/api'
import { compileConsumer } from './compile-consumer.ts'
import { compileGateway } from './compile-gateway.ts'
import { compilePersona } from './compile-persona.ts'
import { compilePrompt, type UnexposedPrompt } from './compile-prompt.ts'
import { compileProvider } from './compile-provider.ts'
import { compileRoutes } from './compile-route.ts'
import { compileStore } from './compile-store.ts'
import { compileStrategy } from './compile-strategy.ts'
import type { ResourceSet } from './compile-types.ts'
import type { Catalogue } from './findings.ts'
import { judgeAll } from './judge.ts'
import { indexReferenceGrants } from './reference-grants.ts'
import type {
  ConsumerSettings,
  LLMGatewaySettings,
  PersonaSettings,
  LLMProviderSettings,
  Route,
  ConversationStoreSettings,
  ContextStrategySettings,
} from '@fairlead/snapshot'

/** Every resource judged on its own and with what it refers to, not yet for a certain gateway. */
export interface JudgedResources {
  readonly providers: Catalogue<LLMProvider, LLMProviderSettings>
  readonly strategies: Catalogue<ContextStrategy, ContextStrategySettings>
  readonly stores: Catalogue<ConversationStore, ConversationStoreSettings>
  readonly personas: Catalogue<Persona, PersonaSettings>
  readonly prompts: Catalogue<PromptTemplate, UnexposedPrompt>
  readonly consumers: Catalogue<Consumer, ConsumerSettings>
  readonly gateways: Catalogue<LLMGateway, LLMGatewaySettings>
  readonly policies: Catalogue<RoutingPolicy, readonly Route[]>
}

/** What is referred to comes before what refers to it. */
export function judgeResources(resources: ResourceSet): JudgedResources {
  const grants = indexReferenceGrants(resources.referenceGrants)
  const providers = judgeAll('LLMProvider', resources.providers, grants, compileProvider)
  const strategies = judgeAll(
    'ContextStrategy',
    resources.contextStrategies,
    grants,
    compileStrategy,
  )
  const stores = judgeAll('ConversationStore', resources.conversationStores, grants, compileStore)
  const personas = judgeAll('Persona', resources.personas, grants, compilePersona)
  const defaults = { providers, strategies, stores, personas }
  return {
    ...defaults,
    prompts: judgeAll('PromptTemplate', resources.promptTemplates, grants, compilePrompt),
    consumers: judgeAll('Consumer', resources.consumers, grants, compileConsumer),
    gateways: judgeAll('LLMGateway', resources.gateways, grants, (gateway, findings) =>
      compileGateway(gateway, defaults, findings),
    ),
    policies: judgeAll('RoutingPolicy', resources.routingPolicies, grants, (policy, findings) =>
      compileRoutes(policy, providers, findings),
    ),
  }
}
