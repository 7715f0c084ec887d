import type { Embedder } from '@fairlead/retrieval'

/** What is asked of a model for a conversation, beside its answers. */
export interface TextRequest {
  /** As a caller names it; undefined for the model of the turn. */
  readonly model: string | undefined
  readonly instructions: string
  readonly input: string
  readonly maxOutputTokens: number
  readonly purpose: 'summary' | 'memory'
  readonly signal: AbortSignal
}

export interface ModelText {
  readonly text: string
  /** The model that wrote it. */
  readonly model: string
  readonly inputTokens?: number
  readonly outputTokens?: number
}

/**
 * The models that a turn's conversation may use, also after the turn has ended. Calls go through the
 * gateway, which decides who is asked and whose usage it is. They throw what calls throw.
 */
export interface ContextModels {
  text(request: TextRequest): Promise<ModelText>
  /** Makes vectors by a model, as callers name it. */
  embedder(model: string): Embedder
}
