import { featureSupport, type FeatureSupport } from '../../operations/chat/request-feature.ts'
import { modelFeatures } from './model-features.ts'

/** What Responses cannot say: https://platform.openai.com/docs/api-reference/responses/create */
const exceptions = {
  AudioInput: 'Refused',
  CacheControl: 'Dropped',
  FrequencyPenalty: 'Dropped',
  LogitBias: 'Refused',
  MessageName: 'Dropped',
  MinP: 'Dropped',
  MultipleAnswers: 'Refused',
  OutputModalities: 'Refused',
  PresencePenalty: 'Dropped',
  ProviderTools: 'Refused',
  ReasoningBudget: 'Dropped',
  RepetitionPenalty: 'Dropped',
  Seed: 'Dropped',
  Stop: 'Refused',
  TopK: 'Dropped',
  WebSearch: 'Emulated',
} as const

/** Reasoning models refuse sampling parameters, and all others refuse `reasoning`. */
export function support(model: string): FeatureSupport {
  const { reasoning } = modelFeatures(model)
  return featureSupport({
    ...exceptions,
    ...(reasoning === 'always' ? { Temperature: 'Dropped', TopP: 'Dropped' } : {}),
    ...(reasoning === 'never' ? { Reasoning: 'Dropped', ReasoningSummary: 'Dropped' } : {}),
  })
}
