/**
 * Tokens of one call. `inputTokens` counts every input token, including cached and cache-writing
 * ones (as OpenAI does; Anthropic reports them separately and its dialect adds them up);
 * `outputTokens` includes reasoning.
 */
export interface Usage {
  readonly inputTokens: number
  readonly cachedInputTokens: number
  readonly cacheWriteInputTokens: number
  /** Those of `cacheWriteInputTokens` that the cache keeps for an hour, where that is told. */
  readonly cacheWrite1hInputTokens?: number
  readonly outputTokens: number
  readonly reasoningTokens: number
  readonly audioInputTokens?: number
  readonly audioOutputTokens?: number
  /** Counted by the gateway because the provider reported nothing. */
  readonly estimated?: true
}

/** Usage of a call that wrote nothing. */
export function inputUsage(inputTokens: number): Usage {
  return {
    inputTokens,
    cachedInputTokens: 0,
    cacheWriteInputTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
  }
}
