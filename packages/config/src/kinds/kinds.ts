import type { KindCompiler } from '../judging/kind-compiler.ts'
import { accessPolicy } from './access-policy/access-policy.ts'
import { consumer } from './consumer/consumer.ts'
import { contextStrategy } from './context-strategy/context-strategy.ts'
import { conversationStore } from './conversation-store/conversation-store.ts'
import { cachePolicy } from './cache-policy/cache-policy.ts'
import { guardrailPolicy } from './guardrail-policy/guardrail-policy.ts'
import { knowledgeBase } from './knowledge-base/knowledge-base.ts'
import { llmGateway } from './llm-gateway/llm-gateway.ts'
import { llmProvider } from './llm-provider/llm-provider.ts'
import { persona } from './persona/persona.ts'
import { priceBook } from './price-book/price-book.ts'
import { promptEvaluation } from './prompt-evaluation/prompt-evaluation.ts'
import { promptTemplate } from './prompt-template/prompt-template.ts'
import { routingPolicy } from './routing-policy/routing-policy.ts'
import { usagePolicy } from './usage-policy/usage-policy.ts'

/** Every kind that configuration is compiled from, in the order in which they are documented. */
export const kinds: readonly KindCompiler[] = [
  llmGateway,
  llmProvider,
  routingPolicy,
  promptTemplate,
  persona,
  contextStrategy,
  conversationStore,
  consumer,
  usagePolicy,
  priceBook,
  accessPolicy,
  guardrailPolicy,
  cachePolicy,
  knowledgeBase,
  promptEvaluation,
]
