import type { RequestFeature } from '../../operations/chat/request-feature.ts'

/** Where callers of Responses ask for features, as far as other than in chat completions. */
export const featureFields: Readonly<Partial<Record<RequestFeature, string>>> = {
  JsonObject: 'text.format',
  JsonSchema: 'text.format',
  ImageInput: 'input',
  ImageUrl: 'input',
  AudioInput: 'input',
  FileInput: 'input',
  FileUrl: 'input',
  FileId: 'input',
  Prefill: 'input',
  Reasoning: 'reasoning.effort',
  ReasoningSummary: 'reasoning.summary',
  ReasoningReplay: 'input',
  Logprobs: 'top_logprobs',
  Verbosity: 'text.verbosity',
}

/**
 * Fields that mean nothing to another dialect, or ask for what its callers get in any case, such as
 * sealed reasoning.
 */
export const restatedFields: readonly string[] = [
  'include',
  'client_metadata',
  'prompt_cache_options',
  'prompt_cache_retention',
  'reasoning',
  'stream_options',
  'text',
  'truncation',
]

/** What is read of the extras of chat completions. */
export const foreignFields: readonly string[] = ['web_search_options']
