import { featureSupport, type FeatureSupport } from '../../operations/chat/request-feature.ts'
import { modelFeatures } from './model-features.ts'

/** What generateContent cannot say: https://ai.google.dev/api/generate-content */
const exceptions = {
  StrictTools: 'Dropped',
  ParallelToolCalls: 'Dropped',
  CustomTools: 'Refused',
  ProviderTools: 'Refused',
  MessageName: 'Dropped',
  CacheControl: 'Dropped',
  MinP: 'Dropped',
  RepetitionPenalty: 'Dropped',
  LogitBias: 'Refused',
  // It can say so, but one answer is all that the canonical form holds.
  MultipleAnswers: 'Refused',
  Verbosity: 'Dropped',
  Metadata: 'Dropped',
  User: 'Dropped',
  Store: 'Dropped',
  PromptCacheKey: 'Dropped',
} as const

export function support(model: string): FeatureSupport {
  const { fetchesUrls, thinking } = modelFeatures(model)
  return featureSupport({
    ...exceptions,
    ...(fetchesUrls ? {} : { ImageUrl: 'Refused', FileUrl: 'Refused' }),
    ...(thinking === 'none'
      ? { Reasoning: 'Dropped', ReasoningBudget: 'Dropped', ReasoningSummary: 'Dropped' }
      : {}),
  })
}
