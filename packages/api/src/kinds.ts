import { AccessPolicy } from './access-policy.ts'
import { Consumer } from './consumer.ts'
import { ContextStrategy } from './context-strategy.ts'
import { ConversationStore } from './conversation-store.ts'
import { CachePolicy } from './cache-policy.ts'
import { GuardrailPolicy } from './guardrail-policy.ts'
import { KnowledgeBase } from './knowledge-base.ts'
import { LLMGateway } from './llm-gateway.ts'
import { LLMProvider } from './llm-provider.ts'
import { Persona } from './persona.ts'
import { PriceBook } from './price-book.ts'
import { PromptEvaluation } from './prompt-evaluation.ts'
import { PromptTemplate } from './prompt-template.ts'
import { RoutingPolicy } from './routing-policy.ts'
import { UsagePolicy } from './usage-policy.ts'

/**
 * All our kinds. Their types describe objects as the API server returns them: a field with a default
 * is always present, so only what can really be missing is optional.
 */
export const kinds = [
  LLMGateway,
  LLMProvider,
  RoutingPolicy,
  PromptTemplate,
  Persona,
  ContextStrategy,
  ConversationStore,
  Consumer,
  UsagePolicy,
  PriceBook,
  AccessPolicy,
  GuardrailPolicy,
  CachePolicy,
  KnowledgeBase,
  PromptEvaluation,
] as const
