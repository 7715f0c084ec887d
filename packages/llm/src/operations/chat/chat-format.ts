import type { JsonObject } from '@fairlead/base'
import type { ModelRequest, ToolDefinition } from './model-request.ts'
import type { FeatureConflict, FeatureSupport, RequestFeature } from './request-feature.ts'
import type { ModelResponse, Usage } from './model-response.ts'
import type { ServerQuirks } from './server-quirks.ts'
import type { StreamEvent } from './stream-event.ts'
import type { ToolNameRule } from './tool-names.ts'

/** A dialect's format of chat: requests, whole answers and streams, including framing. */
export interface ChatFormat {
  /** Its requests have room for one prompt, and none for a dialogue or tools. Defaults to false. */
  readonly singlePrompt?: true
  /** What becomes of each feature of a request at a provider's model. */
  support(model: string, quirks?: ServerQuirks): FeatureSupport
  /**
   * What a model refuses together, in the order in which it is decided: what has been left out
   * displaces nothing more. Defaults to nothing.
   */
  readonly conflicts?: (model: string) => readonly FeatureConflict[]
  /** Where callers ask for features, as far as other than in OpenAI's chat completions. */
  readonly featureFields?: Readonly<Partial<Record<RequestFeature, string>>>
  /**
   * Names in `extras` of what is also decoded into the request, and kept for the dialect's own
   * spelling only. Defaults to none.
   */
  readonly restatedFields?: readonly string[]
  /** What providers take as names of tools. Defaults to anything. */
  readonly toolNames?: ToolNameRule
  /** Names in the `extras` of other dialects that `encodeRequest` reads. Defaults to none. */
  readonly foreignFields?: readonly string[]
  /**
   * The request without thinking, where its provider does not let a model think on, because the
   * thinking before its open tool calls is not in the request; undefined where nothing has to give
   * way. Defaults to undefined.
   */
  readonly withoutLostThinking?: (request: ModelRequest) => ModelRequest | undefined
  /**
   * Reads a caller's request. Throws a ModelError that names the field at fault.
   */
  decodeRequest(body: unknown, options?: DecodeOptions): ModelRequest
  /** Reads the messages and tools of a request, and nothing else. */
  decodeInput(body: JsonObject, options?: DecodeOptions): ChatInput
  /** Reads the tools of a request, and nothing else. */
  decodeTools(body: JsonObject): readonly ToolDefinition[]
  /** Writes a provider's request. Never writes a null where a field can be omitted. */
  encodeRequest(request: ModelRequest, options?: EncodeOptions): unknown

  /**
   * Reads a provider's whole answer. `nowMs` is wall time, for answers without a timestamp. Throws
   * a ModelError of kind `upstream` if it is not one.
   */
  decodeResponse(body: unknown, nowMs: number): ModelResponse
  /** Writes a whole answer for a caller. */
  encodeResponse(response: ModelResponse, options?: AnswerOptions): unknown

  /** Reads a provider's stream. `nowMs` is wall time, for streams without a timestamp. */
  createStreamDecoder(nowMs: number): StreamDecoder
  /** Writes a stream for a caller. */
  createStreamEncoder(options: StreamEncoderOptions): StreamEncoder
  /** Content-Type of the streams that the encoder writes and the decoder reads. */
  readonly streamContentType: string
}

export interface DecodeOptions {
  /** Messages come from elsewhere, such as a PromptTemplate: the body may contain none. */
  readonly messagesOptional?: boolean
  /** No answer is asked for, as where tokens are counted: a body need not say how long one may be. */
  readonly limitOptional?: boolean
  /** The model and whether a stream is wanted, in dialects whose requests say so in their path. */
  readonly model?: string
  readonly stream?: boolean
}

/** The messages and tools of a request. */
export type ChatInput = Pick<ModelRequest, 'items' | 'tools'>

/** How compatible servers of one dialect differ. */
export interface EncodeOptions {
  /**
   * The field that limits the length of the answer, where a dialect has several. OpenAI's reasoning
   * models reject `max_tokens`; some compatible servers support nothing else. Defaults to the
   * dialect's newest.
   */
  readonly outputLimitField?: string
  /**
   * The most that the model's answer may be long, in tokens, as far as the configuration says; used
   * where the format needs a limit and the caller sets none.
   */
  readonly maxOutputTokens?: number
  /**
   * Whether the usage of a stream is asked for, where the dialect tells it only then, also if the
   * caller does not want it. Defaults to false.
   */
  readonly requestsUsage?: boolean
  /** Defaults to none: the server does as the dialect's own vendor. */
  readonly quirks?: ServerQuirks
}

export interface StreamDecoder {
  /**
   * Takes the next bytes, split anywhere, and returns the events that they complete. Whatever the
   * bytes, it does not throw: unreadable input becomes an `error` event, after which nothing
   * follows.
   */
  push(bytes: Uint8Array): StreamEvent[]
  /** The upstream closed the stream. Returns an `error` event if the answer was not complete. */
  end(): StreamEvent[]
  /** Whether the model is known to be thinking right now, even if no text of it comes. */
  readonly thinking: boolean
  /** What the provider has told before the end, which alone is an event; a stream may be cut. */
  readonly usageSoFar?: Usage | undefined
}

/** What an answer for a caller depends on beside the model's own. */
export interface AnswerOptions {
  /** The fields of its request that an answer repeats, as `Passage.repeatedFields` gives them. */
  readonly repeated?: JsonObject | undefined
  /** Whether seals of thinking are left out, for a caller who did not ask for them. */
  readonly hidesSeals?: boolean
}

export interface StreamEncoderOptions extends AnswerOptions {
  readonly includeUsage: boolean
  /**
   * Bytes of text of one answer, for a dialect whose stream ends with the whole answer and has to
   * hold it; a longer one is a ModelError of kind `upstream`. Without it there is no limit.
   */
  readonly heldBytesMax?: number
}

export interface StreamEncoder {
  /** The text to send for this event, in whole frames; empty if there is nothing to send. */
  encode(event: StreamEvent): string
}
