import type { DialectExtras, Item } from './item.ts'

/** A whole answer in no provider's format. */
export interface ModelResponse {
  readonly id: string
  /** The model that answered, according to the provider. */
  readonly model: string
  /** Unix seconds. */
  readonly createdAt: number
  readonly output: readonly Item[]
  readonly finishReason: FinishReason
  readonly usage?: Usage
  /** The stop sequence at which it ended, where the provider tells it. */
  readonly stopSequence?: string
  readonly serviceTier?: string
  /** Fields without a canonical name, for a caller of the same dialect. */
  readonly extras?: DialectExtras
}

export type FinishReason = 'stop' | 'length' | 'tool_calls' | 'content_filter'

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
