import type { RequestFeature } from '../../operations/chat/request-feature.ts'

/** Where this API asks for what is elsewhere in Chat Completions. */
export const featureFields: Readonly<Partial<Record<RequestFeature, string>>> = {
  StrictTools: 'strict_tools',
  Reasoning: 'thinking',
  ReasoningBudget: 'thinking.token_budget',
  Stop: 'stop_sequences',
  TopK: 'k',
  TopP: 'p',
}
