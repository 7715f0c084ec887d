import { featureSupport, type FeatureSupport } from '../../operations/chat/request-feature.ts'
import { modelFeatures } from './model-features.ts'

/** What Messages cannot say: https://docs.anthropic.com/en/api/messages */
const exceptions = {
  AllowedTools: 'Emulated',
  CustomTools: 'Refused',
  ProviderTools: 'Refused',
  JsonObject: 'Emulated',
  AudioInput: 'Refused',
  MessageName: 'Dropped',
  Seed: 'Dropped',
  MinP: 'Dropped',
  PresencePenalty: 'Dropped',
  FrequencyPenalty: 'Dropped',
  RepetitionPenalty: 'Dropped',
  LogitBias: 'Refused',
  Logprobs: 'Refused',
  MultipleAnswers: 'Refused',
  OutputModalities: 'Refused',
  Verbosity: 'Dropped',
  Metadata: 'Dropped',
  Store: 'Dropped',
  PromptCacheKey: 'Dropped',
} as const

export function support(model: string): FeatureSupport {
  const { prefill, sampling, structuredOutputs, thinking, webSearch } = modelFeatures(model)
  return featureSupport({
    ...exceptions,
    ...(structuredOutputs ? {} : { JsonSchema: 'Emulated', StrictTools: 'Dropped' }),
    ...(sampling ? {} : { Temperature: 'Dropped', TopP: 'Dropped', TopK: 'Dropped' }),
    ...(thinking === 'none' ? { Reasoning: 'Dropped', ReasoningBudget: 'Dropped' } : {}),
    ...(prefill ? {} : { Prefill: 'Emulated' }),
    ...(webSearch ? {} : { WebSearch: 'Refused' }),
  })
}
