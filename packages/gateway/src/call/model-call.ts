import { isJsonObject, type JsonObject, parseJsonObject } from '../http/json-body.ts'
import type { CallContext } from './call-context.ts'

/** A caller's request for an answer, read and checked as far as every provider needs it. */
export interface ModelCall {
  /** The body as it was sent, in OpenAI's format; what is not edited reaches a provider unchanged. */
  readonly body: Buffer
  /** What of the body steers the call. The rest is not kept in parsed form while a call waits. */
  readonly sent: SentFields
  /** Top-level fields that the gateway sets instead of the caller's or beside them. */
  readonly edits: JsonObject
  /** Settings that hold where the caller gave none; their field names depend on the provider. */
  readonly defaults: { readonly temperature?: number; readonly maxOutputTokens?: number }
  /** The model that the caller asked for, or the default. */
  readonly model: string
  readonly stream: boolean
  readonly context: CallContext
  readonly prompt: UsedPrompt | undefined
}

/** Which of the top-level fields the caller gave. */
export interface SentFields {
  readonly model: string | undefined
  readonly context: boolean
  readonly temperature: boolean
  /** `max_completion_tokens` or `max_tokens`. */
  readonly outputLimit: boolean
  readonly toolCount: number
  /** `stream_options.include_usage`. */
  readonly includeUsage: boolean
  /** Length of all messages in tokens, estimated as characters ÷ 4. */
  readonly inputTokens: number
}

export interface UsedPrompt {
  readonly namespace: string
  readonly name: string
  readonly version: string
}

/** The body with the gateway's edits, as values. */
export function editedFields(call: ModelCall): JsonObject {
  const { context: _ownField, ...fields } = parseJsonObject(call.body)
  return { ...fields, model: call.model, ...call.edits }
}

/** `messages`: all that the caller says, those of a prompt template included. */
export function readSentFields(fields: JsonObject, messages: unknown): SentFields {
  const { model, tools, stream_options: streamOptions } = fields
  return {
    model: typeof model === 'string' ? model : undefined,
    context: fields['context'] !== undefined,
    temperature: fields['temperature'] != null,
    outputLimit: fields['max_completion_tokens'] != null || fields['max_tokens'] != null,
    toolCount: Array.isArray(tools) ? tools.length : 0,
    includeUsage: isJsonObject(streamOptions) && streamOptions['include_usage'] === true,
    inputTokens: estimateTokens(messages),
  }
}

/** Text in messages, whether it is their content or a part of it. Images and files count nothing. */
export function estimateTokens(messages: unknown): number {
  let characters = 0
  for (const message of Array.isArray(messages) ? (messages as unknown[]) : []) {
    const content = isJsonObject(message) ? message['content'] : undefined
    if (typeof content === 'string') characters += content.length
    else if (Array.isArray(content)) {
      for (const part of content as unknown[]) {
        const text = isJsonObject(part) ? part['text'] : undefined
        if (typeof text === 'string') characters += text.length
      }
    }
  }
  return Math.ceil(characters / 4)
}
