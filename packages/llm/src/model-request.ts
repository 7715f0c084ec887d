import type { Item } from './item.ts'

/** A model call in no provider's format. Dialects decode into it and encode from it. */
export interface ModelRequest {
  readonly model: string
  /** Everything said, in order; system and developer messages stand where the caller put them. */
  readonly items: readonly Item[]
  readonly tools: readonly ToolDefinition[]
  readonly toolChoice?: ToolChoice
  readonly parallelToolCalls?: boolean
  readonly settings: ModelSettings
  readonly responseFormat?: ResponseFormat
  readonly stream: boolean
  /** OpenAI's `stream_options.include_usage`: whether a stream ends with a usage chunk. */
  readonly includeUsage: boolean
  /** Top-level fields that have no canonical name, kept for an upstream of the same dialect. */
  readonly extras: Readonly<Record<string, unknown>>
}

export interface ToolDefinition {
  readonly name: string
  readonly description?: string
  /** JSON Schema of the arguments. */
  readonly parameters?: Readonly<Record<string, unknown>>
  readonly strict?: boolean
}

export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string }

export interface ModelSettings {
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly maxOutputTokens?: number
  readonly stop?: readonly string[]
  readonly seed?: number
  readonly presencePenalty?: number
  readonly frequencyPenalty?: number
  readonly reasoningEffort?: string
  readonly user?: string
}

export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema'
      readonly name: string
      readonly schema: Readonly<Record<string, unknown>>
      readonly strict?: boolean
      readonly description?: string
    }
