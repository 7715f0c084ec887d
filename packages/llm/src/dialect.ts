import type { DialectName } from './dialect-name.ts'
import type { ModelError } from './model-error.ts'
import type { ModelRequest } from './model-request.ts'
import type { ModelResponse } from './model-response.ts'
import type { SseEvent } from './sse.ts'
import type { StreamEvent } from './stream-event.ts'

/**
 * One provider format, in both directions: what a caller speaks to us and what we speak to a
 * provider. Pure: values in, values out; bytes, sockets and time stay with the caller.
 */
export interface Dialect {
  readonly name: DialectName

  /** Reads a caller's request. Throws a ModelError that names the field at fault. */
  decodeRequest(body: unknown): ModelRequest
  /** Writes a provider's request. Never writes a null where a field can be left out. */
  encodeRequest(request: ModelRequest): unknown

  /** Reads a provider's whole answer. Throws a ModelError of kind `upstream` when it is not one. */
  decodeResponse(body: unknown): ModelResponse
  /** Writes a whole answer for a caller. */
  encodeResponse(response: ModelResponse): unknown

  /** Reads a provider's stream. */
  createStreamDecoder(): StreamDecoder
  /** Writes a stream for a caller. */
  createStreamEncoder(options: StreamEncoderOptions): StreamEncoder

  /**
   * Reads a provider's error answer. `body` is parsed JSON, or text when it was not JSON. The
   * result's message tells the provider's own message; kinds and retryability follow the status.
   * Header names are in lower case.
   */
  decodeError(
    status: number,
    body: unknown,
    headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  ): ModelError
  /** Writes an error for a caller. */
  encodeError(error: ModelError): { readonly status: number; readonly body: unknown }
}

export interface StreamDecoder {
  /** Takes one server-sent event, gives the events it completes. Never throws: a bad event is an `error`. */
  push(event: SseEvent): StreamEvent[]
  /** The upstream closed. Gives an `error` event when the answer was not complete. */
  end(): StreamEvent[]
}

export interface StreamEncoderOptions {
  readonly includeUsage: boolean
}

export interface StreamEncoder {
  /** The text to send for this event, as complete server-sent events; empty when there is none. */
  encode(event: StreamEvent): string
}
