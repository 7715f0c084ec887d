import type { RequestFeature } from '../../operations/chat/request-feature.ts'

/** Where Messages ask for what is elsewhere in Chat Completions. */
export const featureFields: Readonly<Partial<Record<RequestFeature, string>>> = {
  ParallelToolCalls: 'tool_choice.disable_parallel_tool_use',
  JsonSchema: 'output_config.format',
  Reasoning: 'thinking',
  ReasoningBudget: 'thinking.budget_tokens',
  ReasoningSummary: 'thinking.display',
  Stop: 'stop_sequences',
  User: 'metadata.user_id',
}
