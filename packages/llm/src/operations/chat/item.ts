/**
 * One entry of a conversation, in the shape of Open Responses (https://www.openresponses.org), so
 * that what is stored, planned and served at `/v1/conversations/{id}/items` is the same. Wire names
 * stay snake_case because items are stored and served unchanged.
 */
export type Item = MessageItem | ReasoningItem | FunctionCallItem | FunctionCallOutputItem

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
}

/** The model's thinking. `signature` and `encrypted_content` are sealed: only their maker reads them. */
export interface ReasoningItem {
  readonly type: 'reasoning'
  readonly id?: string
  readonly status?: ItemStatus
  readonly summary: readonly { readonly type: 'summary_text'; readonly text: string }[]
  readonly content?: readonly { readonly type: 'reasoning_text'; readonly text: string }[]
  readonly encrypted_content?: string
  readonly signature?: string
}

/**
 * A call that the model wants the application to make. `arguments` is JSON text, as written by the
 * model.
 */
export interface FunctionCallItem {
  readonly type: 'function_call'
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
}

export type ItemStatus = 'in_progress' | 'completed' | 'incomplete'

export type ContentPart =
  | { readonly type: 'input_text'; readonly text: string }
  | {
      readonly type: 'output_text'
      readonly text: string
      readonly annotations?: readonly unknown[]
    }
  | { readonly type: 'refusal'; readonly refusal: string }
  | {
      readonly type: 'input_image'
      /** An https URL or a data URL. */
      readonly image_url: string
      readonly detail?: 'auto' | 'low' | 'high'
    }
  | {
      readonly type: 'input_file'
      readonly filename?: string
      readonly file_id?: string
      readonly file_data?: string
      readonly file_url?: string
    }
  | { readonly type: 'input_audio'; readonly data: string; readonly format: string }
