import type { JsonObject } from '@fairlead/base'

/**
 * One entry of a conversation, in the shape of Open Responses (https://www.openresponses.org), so
 * that what is stored, planned and served at `/v1/conversations/{id}/items` is the same. Wire names
 * stay snake_case because items are stored and served unchanged.
 */
export type Item =
  MessageItem | ReasoningItem | FunctionCallItem | FunctionCallOutputItem | NativeItem

export type Role = 'user' | 'assistant' | 'system' | 'developer'

/** A message. Assistant messages carry output parts, all others input parts. */
export interface MessageItem {
  readonly type: 'message'
  readonly id?: string
  readonly role: Role
  readonly status?: ItemStatus
  readonly content: readonly ContentPart[]
  /** The speaker's name, where the dialect has one (OpenAI chat `name`). */
  readonly name?: string
  /** OpenAI Responses: whether an assistant's message is a remark on the way or the answer. */
  readonly phase?: string
  /** Fields of the message beside its role and content. */
  readonly extras?: DialectExtras
}

/**
 * The model's thinking. `signature` seals the text beside it, `encrypted_content` holds what has no
 * text: only their `maker` reads them.
 */
export interface ReasoningItem {
  readonly type: 'reasoning'
  /** The dialect in which they were sealed; absent for what was stored before this was noted. */
  readonly maker?: string
  readonly id?: string
  readonly status?: ItemStatus
  readonly summary: readonly { readonly type: 'summary_text'; readonly text: string }[]
  readonly content?: readonly { readonly type: 'reasoning_text'; readonly text: string }[]
  readonly encrypted_content?: string
  readonly signature?: string
}

/**
 * A call that the model wants the application to make. `arguments` is JSON text, as written by the
 * model; free text if it is `custom`, a call of a tool without a schema.
 */
export interface FunctionCallItem {
  readonly type: 'function_call'
  readonly custom?: true
  /** Seals the thinking that led to the call (Gemini `thoughtSignature`); only its maker reads it. */
  readonly signature?: string
  readonly maker?: string
  readonly cache_control?: CacheControl
  readonly extras?: DialectExtras
  readonly id?: string
  readonly status?: ItemStatus
  readonly call_id: string
  readonly name: string
  readonly arguments: string
}

/** The application's output for the call with the same `call_id`. */
export interface FunctionCallOutputItem {
  readonly type: 'function_call_output'
  readonly id?: string
  readonly status?: ItemStatus
  readonly call_id: string
  readonly output: string | readonly ContentPart[]
  readonly is_error?: boolean
  readonly custom?: true
  readonly cache_control?: CacheControl
  readonly extras?: DialectExtras
}

/**
 * What only one dialect knows: a tool that the provider ran itself and its result, a container, a
 * compaction. It goes back to that dialect unchanged, and to no other.
 */
export interface NativeItem {
  readonly type: 'fairlead:native'
  readonly id?: string
  readonly role: 'user' | 'assistant' | 'system'
  readonly status?: ItemStatus
  readonly dialect: string
  /** As it stands on the wire of that dialect. */
  readonly block: JsonObject
}

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete'

/** The prompt up to and including what carries this is worth caching (Anthropic `cache_control`). */
export interface CacheControl {
  readonly type: 'ephemeral'
  /** Such as `5m` and `1h`. */
  readonly ttl?: string
}

/** Fields without a canonical name, for a target that speaks the same dialect. */
export interface DialectExtras {
  readonly dialect: string
  readonly fields: JsonObject
}

/**
 * What a text is based on, in the flat form of OpenAI's Responses: `url_citation` with `url`,
 * `title`, `start_index` and `end_index` (in characters of the part's text), `file_citation` with
 * `file_id` and `filename`, and others.
 */
export interface Annotation {
  readonly type: string
  readonly url?: string
  readonly title?: string
  readonly start_index?: number
  readonly end_index?: number
  readonly file_id?: string
  readonly filename?: string
  readonly index?: number
  readonly container_id?: string
  /** The passage of the source that is cited. */
  readonly cited_text?: string
  /** As its maker wrote it, where that says more. */
  readonly origin?: { readonly dialect: string; readonly value: JsonObject }
}

export type ContentPart = TextPart | OutputTextPart | RefusalPart | MediaPart

interface PartFields {
  readonly cache_control?: CacheControl
  /** If its fields have a `type`, they are the whole part as its dialect wrote it. */
  readonly extras?: DialectExtras
}

interface TextPart extends PartFields {
  readonly type: 'input_text'
  readonly text: string
}

interface OutputTextPart extends PartFields {
  readonly type: 'output_text'
  readonly text: string
  readonly annotations?: readonly Annotation[]
  /** One entry per token, in the form that OpenAI's dialects share. */
  readonly logprobs?: readonly unknown[]
}

interface RefusalPart extends PartFields {
  readonly type: 'refusal'
  readonly refusal: string
}

type MediaPart = ImagePart | FilePart | AudioPart | OutputFilePart

interface ImagePart extends PartFields {
  readonly type: 'input_image'
  /** An https URL or a data URL. */
  readonly image_url: string
  readonly detail?: 'auto' | 'low' | 'high'
}

interface FilePart extends PartFields {
  readonly type: 'input_file'
  readonly filename?: string
  readonly file_id?: string
  /** A data URL, or base64 whose type the filename shows. */
  readonly file_data?: string
  readonly file_url?: string
}

interface AudioPart extends PartFields {
  readonly type: 'input_audio'
  /** Base64. */
  readonly data: string
  readonly format: string
}

/** A file that the model made: an image, speech. */
export interface OutputFilePart extends PartFields {
  readonly type: 'output_file'
  readonly id?: string
  readonly media_type: string
  /** Base64. */
  readonly data: string
  /** What a sound says. */
  readonly transcript?: string
}
