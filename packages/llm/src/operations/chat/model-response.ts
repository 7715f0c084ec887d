import type { Item } from './item.ts'

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
  readonly outputTokens: number
  readonly reasoningTokens: number
}
