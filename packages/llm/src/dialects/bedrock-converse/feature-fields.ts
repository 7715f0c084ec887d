import type { RequestFeature } from '../../operations/chat/request-feature.ts'

/** Where Converse asks for what is elsewhere in Chat Completions. */
export const featureFields: Readonly<Partial<Record<RequestFeature, string>>> = {
  Tools: 'toolConfig.tools',
  ForcedToolChoice: 'toolConfig.toolChoice',
  JsonSchema: 'outputConfig.textFormat',
  Reasoning: 'outputConfig.effort',
  ReasoningBudget: 'additionalModelRequestFields.thinking.budget_tokens',
  Temperature: 'inferenceConfig.temperature',
  TopP: 'inferenceConfig.topP',
  TopK: 'additionalModelRequestFields.top_k',
  Stop: 'inferenceConfig.stopSequences',
  ServiceTier: 'serviceTier',
  Metadata: 'requestMetadata',
}
