import type { Item, Usage } from '@fairlead/llm'

export type TurnStatus = 'in_progress' | 'completed' | 'incomplete' | 'failed' | 'cancelled'

/** One exchange: the caller's input and the model's answer. A finished turn is never edited. */
export interface Turn {
  readonly id: string
  readonly conversation: string
  readonly parent: string | null
  /** Increases from 1. */
  readonly seq: number
  readonly branch: string
  readonly status: TurnStatus
  /**
   * System and developer messages at the head of the caller's input, when they differ from those in
   * force; empty otherwise. The newest ones precede every later prompt.
   */
  readonly instructions: readonly Item[]
  readonly input: readonly Item[]
  readonly output: readonly Item[]
  readonly usage: TurnUsage | null
  /** The model that the caller asked for; `usage.model` is the one that answered. */
  readonly model: string
  /** Number of the epoch that the turn's prompt belonged to. Sealed parts are valid in it only. */
  readonly epoch: number
  readonly plan: string | null
  /** The turn with the same idempotency key that did not complete and that this one replaces. */
  readonly supersedes: string | null
  readonly idempotency_key: string | null
  readonly request_digest: string | null
  /** Unix seconds. */
  readonly created_at: number
  readonly completed_at: number | null
}

export interface TurnUsage {
  readonly input_tokens: Usage['inputTokens']
  readonly cached_tokens: Usage['cachedInputTokens']
  readonly output_tokens: Usage['outputTokens']
  readonly model: string
}
