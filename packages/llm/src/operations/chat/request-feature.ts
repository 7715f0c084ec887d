/**
 * What a call can ask of a target beyond plain text, as far as dialects and models differ in it. The
 * words stand in `x-fairlead-adapted`, in the log and in the documentation.
 */
export const requestFeatures = [
  'Tools',
  'StrictTools',
  'ForcedToolChoice',
  'AllowedTools',
  'ParallelToolCalls',
  'CustomTools',
  'ProviderTools',
  'WebSearch',
  'JsonObject',
  'JsonSchema',
  'ImageInput',
  'ImageUrl',
  'AudioInput',
  'FileInput',
  'FileUrl',
  'FileId',
  'Prefill',
  'MessageName',
  'Reasoning',
  'ReasoningBudget',
  'ReasoningSummary',
  'ReasoningReplay',
  'CacheControl',
  'Temperature',
  'TopP',
  'TopK',
  'MinP',
  'Stop',
  'Seed',
  'PresencePenalty',
  'FrequencyPenalty',
  'RepetitionPenalty',
  'LogitBias',
  'Logprobs',
  'MultipleAnswers',
  'OutputModalities',
  'Verbosity',
  'ServiceTier',
  'Metadata',
  'User',
  'Store',
  'PromptCacheKey',
  'Suffix',
  'PromptEcho',
] as const

export type RequestFeature = (typeof requestFeatures)[number]

/**
 * What becomes of a feature at a target. `Native`: it is sent. `Emulated`: the same is reached in
 * another way. `Dropped`: it is a hint, and left out. `Refused`: without it the answer would be
 * another one, so that the target cannot be asked.
 */
export type Support = 'Native' | 'Emulated' | 'Dropped' | 'Refused'

/** Two features that a provider refuses together, of which one is left out. */
export interface FeatureConflict {
  readonly dropped: RequestFeature
  /** The one that stays: sent, or reached in another way. */
  readonly besides: RequestFeature
}

export type FeatureSupport = Readonly<Record<RequestFeature, Support>>

/** What only models have that complete texts, and that no chat can say. */
const onlyCompleting = { Suffix: 'Refused', PromptEcho: 'Refused' } as const

/** A row of the table of a dialect: what differs from `Native`. */
export function featureSupport(
  exceptions: Partial<Record<RequestFeature, Support>>,
): FeatureSupport {
  const native = Object.fromEntries(requestFeatures.map((feature) => [feature, 'Native']))
  return { ...(native as Record<RequestFeature, Support>), ...onlyCompleting, ...exceptions }
}
