import { featureSupport, type FeatureSupport } from '../../operations/chat/request-feature.ts'

/** What completions can say: https://platform.openai.com/docs/api-reference/completions/create */
const ofCompletions = featureSupport({
  Tools: 'Refused',
  StrictTools: 'Dropped',
  ForcedToolChoice: 'Refused',
  AllowedTools: 'Refused',
  ParallelToolCalls: 'Dropped',
  CustomTools: 'Refused',
  ProviderTools: 'Refused',
  WebSearch: 'Refused',
  JsonObject: 'Refused',
  JsonSchema: 'Refused',
  ImageInput: 'Refused',
  ImageUrl: 'Refused',
  AudioInput: 'Refused',
  FileInput: 'Refused',
  FileUrl: 'Refused',
  FileId: 'Refused',
  Prefill: 'Emulated',
  MessageName: 'Dropped',
  Reasoning: 'Dropped',
  ReasoningBudget: 'Dropped',
  ReasoningSummary: 'Dropped',
  ReasoningReplay: 'Dropped',
  CacheControl: 'Dropped',
  TopK: 'Dropped',
  MinP: 'Dropped',
  RepetitionPenalty: 'Dropped',
  OutputModalities: 'Refused',
  Verbosity: 'Dropped',
  ServiceTier: 'Dropped',
  Metadata: 'Dropped',
  Store: 'Dropped',
  PromptCacheKey: 'Dropped',
  Suffix: 'Native',
  PromptEcho: 'Native',
})

export function support(): FeatureSupport {
  return ofCompletions
}
