/**
 * How a server of OpenAI's dialect differs from OpenAI's own. What is absent behaves like OpenAI;
 * a dialect obeys those that concern it.
 */
export interface ServerQuirks {
  /** Parameters that the server answers with an error, as they are spelled on the wire. */
  readonly refusedParameters?: readonly string[]
  /** Parameters that the server has under another name, by OpenAI's name. */
  readonly parameterNames?: Readonly<Partial<Record<RenamedParameter, string>>>
  /**
   * Messages have only the fields and the order that Mistral's servers take: no `name`, an answer
   * between a tool's output and the user, instructions not after an answer, and `prefix` at an answer
   * that is to be continued.
   */
  readonly strictMessages?: true
  /**
   * Answers have a form that OpenAI's clients do not read, such as calls without a number or content
   * in chunks: they are written anew.
   */
  readonly answersInOwnForm?: true
  /** Parameters given as null are left out, because the server answers them with an error. */
  readonly refusesNulls?: true
  /** Messages of the role `developer` are sent as `system`, which the server knows. */
  readonly refusesDeveloperRole?: true
  /** The only field for the length of the answer: a limit in the other one is moved there. */
  readonly outputLimit?: 'max_tokens' | 'max_completion_tokens'
  /**
   * `stream_options` is not sent: the server reports the usage of a stream in any case (`Always`),
   * or answers the field with an error (`Refused`).
   */
  readonly usageOption?: 'Always' | 'Refused'
  /** Ids of tool calls that do not have this form are replaced, the same everywhere in a request. */
  readonly toolCallIds?: 'NineAlphanumerics'
  readonly reasoning?: ReasoningQuirk
  /** `cache_control` is sent, which OpenAI answers with an error. */
  readonly takesCacheControl?: true
  /** The seals of Gemini's calls are sent, which only Google's server reads. */
  readonly takesThoughtSignatures?: true
}

/** Parameters that some server has under another name. */
export type RenamedParameter = (typeof renamedParameters)[number]
export const renamedParameters = ['seed'] as const

/** Where a server's reasoning stands, and whether it must come back. */
export interface ReasoningQuirk {
  readonly field: ReasoningField
  /** Which reasoning of earlier answers is sent back. */
  readonly echo: ReasoningEcho
}

/**
 * A field of the assistant's message, chunks of type `thinking` among its content, or its text
 * between `<think>` and `</think>`.
 */
export type ReasoningField =
  'reasoning_content' | 'reasoning' | 'reasoning_details' | 'thinking_chunks' | 'think_tags'

/**
 * None; that of the tool loop which the last user message began; or all. Servers that need it refuse
 * a request or think worse without it, others refuse it or charge for it.
 */
export type ReasoningEcho = 'Never' | 'ToolLoop' | 'Always'
