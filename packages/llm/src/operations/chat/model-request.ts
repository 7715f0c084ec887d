import type { RawNumber } from '@fairlead/base'
import type { CacheControl, DialectExtras, Item } from './item.ts'

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
  /** Asks for caching of the whole prompt, without saying where (Anthropic `cache_control`). */
  readonly cacheControl?: CacheControl
  /** The provider is to compact what it is sent beyond so many tokens; only for one that can. */
  readonly compactAtTokens?: number
  /** Thinking is wanted sealed where the model thinks, though the caller did not ask for it. */
  readonly wantsSeals?: true
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
   * A tool that takes free text instead of JSON arguments; `format` is the grammar of its text, in the
   * form of OpenAI's Responses.
   */
  readonly custom?: { readonly format?: Readonly<Record<string, unknown>> }
  readonly cacheControl?: CacheControl
  /** Fields of its definition without a canonical name. */
  readonly extras?: DialectExtras
  /**
   * A tool that is not a function, such as a provider's own web search: its whole definition, sent
   * unchanged to an upstream of the same dialect and rejected for any other.
   */
  readonly native?: Readonly<Record<string, unknown>>
}

export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string }

/** Only what two or more dialects share has a name here; all else is in the request's `extras`. */
export interface ModelSettings {
  readonly temperature?: number
  readonly topP?: number
  readonly topK?: number
  readonly maxOutputTokens?: number
  readonly stop?: readonly string[]
  readonly seed?: number | RawNumber
  readonly presencePenalty?: number
  readonly frequencyPenalty?: number
  readonly minP?: number
  readonly repetitionPenalty?: number
  readonly reasoningEffort?: string
  /** The most tokens that may be thought, where a dialect counts them. */
  readonly reasoningBudget?: number
  /** Whether thinking is to be told, and how: OpenAI's `auto`, `concise`, `detailed`, or `none`. */
  readonly reasoningSummary?: string
  /** OpenAI `low`, `medium`, `high`. */
  readonly verbosity?: string
  readonly user?: string
  /** How many answers are wanted; more than one is `choices` of OpenAI chat only. */
  readonly answers?: number
  readonly logprobs?: boolean
  /** Alternatives that are told for each token. */
  readonly topLogprobs?: number
  /** By token id, from -100 to 100. */
  readonly logitBias?: Readonly<Record<string, number>>
  /** `text`, `audio`, `image`. */
  readonly modalities?: readonly string[]
  readonly serviceTier?: string
  readonly metadata?: Readonly<Record<string, unknown>>
  readonly store?: boolean
  readonly promptCacheKey?: string
  readonly safetyIdentifier?: string
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
