import { featureSupport, type FeatureSupport } from '../../operations/chat/request-feature.ts'

/** What `/api/chat` cannot say: https://github.com/ollama/ollama/blob/main/docs/api.md */
const ofServer = featureSupport({
  StrictTools: 'Dropped',
  // There is no tool_choice; a model that must not call gets no tools.
  ForcedToolChoice: 'Refused',
  AllowedTools: 'Emulated',
  ParallelToolCalls: 'Dropped',
  CustomTools: 'Refused',
  ProviderTools: 'Refused',
  WebSearch: 'Refused',
  ImageUrl: 'Refused',
  AudioInput: 'Refused',
  FileInput: 'Refused',
  FileUrl: 'Refused',
  FileId: 'Refused',
  MessageName: 'Dropped',
  ReasoningBudget: 'Dropped',
  ReasoningSummary: 'Dropped',
  ReasoningReplay: 'Dropped',
  CacheControl: 'Dropped',
  LogitBias: 'Refused',
  MultipleAnswers: 'Refused',
  OutputModalities: 'Refused',
  Verbosity: 'Dropped',
  ServiceTier: 'Dropped',
  Metadata: 'Dropped',
  User: 'Dropped',
  Store: 'Dropped',
  PromptCacheKey: 'Dropped',
})

export function support(): FeatureSupport {
  return ofServer
}
