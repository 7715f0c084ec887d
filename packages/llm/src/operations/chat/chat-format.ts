import type { JsonObject } from '@fairlead/base'
import type { ModelRequest, ToolDefinition } from './model-request.ts'
import type { ModelResponse } from './model-response.ts'
import type { StreamEvent } from './stream-event.ts'

/** How a dialect writes chat: requests, whole answers and streams, with its own framing. */
export interface ChatFormat {
  /**
   * Reads a caller's request. Throws a ModelError that names the field at fault.
   */
  decodeRequest(body: unknown, options?: DecodeOptions): ModelRequest
  /** Reads what is said and which tools are offered, and nothing else of a request. */
  decodeInput(body: JsonObject, options?: DecodeOptions): ChatInput
  /** Reads which tools are offered, and nothing else of a request. */
  decodeTools(body: JsonObject): readonly ToolDefinition[]
  /** Writes a provider's request. Never writes a null where a field can be left out. */
  encodeRequest(request: ModelRequest, options?: EncodeOptions): unknown

  /**
   * Reads a provider's whole answer. `nowMs` is wall time, for answers that carry none. Throws a
   * ModelError of kind `upstream` when it is not one.
   */
  decodeResponse(body: unknown, nowMs: number): ModelResponse
  /** Writes a whole answer for a caller. */
  encodeResponse(response: ModelResponse): unknown

  /** Reads a provider's stream. `nowMs` is wall time, for streams that carry none. */
  createStreamDecoder(nowMs: number): StreamDecoder
  /** Writes a stream for a caller. */
  createStreamEncoder(options: StreamEncoderOptions): StreamEncoder
  /** Content-Type of the streams that the encoder writes and the decoder reads. */
  readonly streamContentType: string
}

export interface DecodeOptions {
  /** Messages come from elsewhere, such as a prompt template: the body may hold none of its own. */
  readonly messagesOptional?: boolean
  /** What was read of the request already, so that it is not read again. */
  readonly input?: ChatInput
}

/** The part of a request that is said and offered. */
export type ChatInput = Pick<ModelRequest, 'items' | 'tools'>

/** What compatible servers of one dialect differ in. */
export interface EncodeOptions {
  /**
   * The field that bounds the answer, where a dialect has several. OpenAI's reasoning models refuse
   * `max_tokens`; some compatible servers know nothing else. The dialect's newest when left out.
   */
  readonly outputLimitField?: string
  /**
   * Whether earlier reasoning goes back as text. Some compatible providers need it within a tool
   * loop, others refuse it. Default false.
   */
  readonly echoReasoning?: boolean
}

export interface StreamDecoder {
  /**
   * Takes the next bytes, cut anywhere, and gives the events that they complete. Never throws: what
   * cannot be read is an `error` event, after which nothing follows.
   */
  push(bytes: Uint8Array): StreamEvent[]
  /** The upstream closed. Gives an `error` event when the answer was not complete. */
  end(): StreamEvent[]
}

export interface StreamEncoderOptions {
  readonly includeUsage: boolean
}

export interface StreamEncoder {
  /** The text to send for this event, in whole frames; empty when there is none. */
  encode(event: StreamEvent): string
}
