import { featureSupport, type FeatureSupport } from '../../operations/chat/request-feature.ts'
import { modelFeatures } from './model-features.ts'

/** What v2 cannot say: https://docs.cohere.com/reference/chat */
const exceptions = {
  AllowedTools: 'Emulated',
  ParallelToolCalls: 'Dropped',
  CustomTools: 'Refused',
  ProviderTools: 'Refused',
  WebSearch: 'Refused',
  AudioInput: 'Refused',
  FileInput: 'Refused',
  FileUrl: 'Refused',
  FileId: 'Refused',
  MessageName: 'Dropped',
  ReasoningSummary: 'Dropped',
  CacheControl: 'Dropped',
  MinP: 'Dropped',
  RepetitionPenalty: 'Dropped',
  LogitBias: 'Refused',
  MultipleAnswers: 'Refused',
  OutputModalities: 'Refused',
  Verbosity: 'Dropped',
  ServiceTier: 'Dropped',
  Metadata: 'Dropped',
  User: 'Dropped',
  Store: 'Dropped',
  PromptCacheKey: 'Dropped',
} as const

export function support(model: string): FeatureSupport {
  const { reasoning, toolChoice } = modelFeatures(model)
  return featureSupport({
    ...exceptions,
    ...(reasoning ? {} : { Reasoning: 'Dropped', ReasoningBudget: 'Dropped' }),
    ...(toolChoice ? {} : { ForcedToolChoice: 'Refused' }),
  })
}
