import type { KindCompiler } from '../judging/kind-compiler.ts'
import { consumer } from './consumer/consumer.ts'
import { contextStrategy } from './context-strategy/context-strategy.ts'
import { conversationStore } from './conversation-store/conversation-store.ts'
import { llmGateway } from './llm-gateway/llm-gateway.ts'
import { llmProvider } from './llm-provider/llm-provider.ts'
import { persona } from './persona/persona.ts'
import { promptTemplate } from './prompt-template/prompt-template.ts'
import { routingPolicy } from './routing-policy/routing-policy.ts'

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
]
