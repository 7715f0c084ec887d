import {
  type FeatureConflict,
  featureSupport,
  type FeatureSupport,
} from '../../operations/chat/request-feature.ts'
import { modelFeatures } from './model-features.ts'

/**
 * What Converse cannot say of any model:
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html
 */
const exceptions = {
  AllowedTools: 'Emulated',
  ParallelToolCalls: 'Dropped',
  CustomTools: 'Refused',
  ProviderTools: 'Refused',
  WebSearch: 'Refused',
  JsonObject: 'Emulated',
  // Data, and objects of S3.
  ImageUrl: 'Refused',
  FileUrl: 'Refused',
  FileId: 'Refused',
  MessageName: 'Dropped',
  ReasoningSummary: 'Dropped',
  MinP: 'Dropped',
  Seed: 'Dropped',
  PresencePenalty: 'Dropped',
  FrequencyPenalty: 'Dropped',
  RepetitionPenalty: 'Dropped',
  LogitBias: 'Refused',
  Logprobs: 'Refused',
  MultipleAnswers: 'Refused',
  OutputModalities: 'Refused',
  Verbosity: 'Dropped',
  User: 'Dropped',
  Store: 'Dropped',
  PromptCacheKey: 'Dropped',
} as const

export function support(model: string): FeatureSupport {
  const features = modelFeatures(model)
  return featureSupport({
    ...exceptions,
    ...(features.tools ? {} : { Tools: 'Refused', StrictTools: 'Dropped' }),
    ...(features.structuredOutputs ? {} : { JsonSchema: 'Emulated', StrictTools: 'Dropped' }),
    ...(features.forcedCalls === 'None' ? { ForcedToolChoice: 'Refused' } : {}),
    ...(features.thinking === 'None' ? { Reasoning: 'Dropped' } : {}),
    ...(features.thinking === 'ClaudeBudget' ? {} : { ReasoningBudget: 'Dropped' }),
    ...(features.cachePoints ? {} : { CacheControl: 'Dropped' }),
    ...(features.topK === undefined ? { TopK: 'Dropped' } : {}),
    ...(features.sampling ? {} : { Temperature: 'Dropped', TopP: 'Dropped' }),
    ...(features.prefill ? {} : { Prefill: 'Refused' }),
    ...(features.audio ? {} : { AudioInput: 'Refused' }),
  })
}

/** Claude refuses these together, by whichever API it is asked. */
export function conflicts(model: string): readonly FeatureConflict[] {
  const { structuredOutputs, thinking } = modelFeatures(model)
  if (thinking === 'None' || thinking === 'Nova') return []
  return [
    { dropped: 'Reasoning', besides: 'ForcedToolChoice' },
    { dropped: 'ReasoningBudget', besides: 'ForcedToolChoice' },
    ...(structuredOutputs ? [] : ([{ dropped: 'Reasoning', besides: 'JsonSchema' }] as const)),
    { dropped: 'Temperature', besides: 'Reasoning' },
    { dropped: 'TopP', besides: 'Reasoning' },
    { dropped: 'TopK', besides: 'Reasoning' },
    { dropped: 'TopP', besides: 'Temperature' },
  ]
}
