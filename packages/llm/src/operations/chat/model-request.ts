import type { Item } from './item.ts'

/** A model call in no provider's format. Dialects decode into it and encode from it. */
export interface ModelRequest {
  readonly model: string
  /** All items in order; system and developer messages stay where the caller put them. */
  readonly items: readonly Item[]
  readonly tools: readonly ToolDefinition[]
  readonly toolChoice?: ToolChoice
  /** The only tools that may be called in this turn (OpenAI's `allowed_tools`); absent means all. */
  readonly allowedTools?: readonly string[]
  readonly parallelToolCalls?: boolean
  readonly settings: ModelSettings
  readonly responseFormat?: ResponseFormat
  readonly stream: boolean
  /** OpenAI's `stream_options.include_usage`: whether a stream ends with a usage chunk. */
  readonly includeUsage: boolean
  /** Top-level fields without a canonical name, kept for an upstream of the same dialect. */
  readonly extras: Readonly<Record<string, unknown>>
  /**
   * The dialect in which `extras` and native tools were read. An upstream of another dialect never
   * sees them. Absent means: written for whatever dialect the request is encoded in.
   */
  readonly extrasDialect?: string
}

export interface ToolDefinition {
  readonly name: string
  readonly description?: string
  /** JSON Schema of the arguments. */
  readonly parameters?: Readonly<Record<string, unknown>>
  readonly strict?: boolean
  /**
   * A tool that is not a function, such as a provider's own web search: its whole definition, sent
   * unchanged to an upstream of the same dialect and rejected for any other.
   */
  readonly native?: Readonly<Record<string, unknown>>
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
