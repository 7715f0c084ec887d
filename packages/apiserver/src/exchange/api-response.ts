/** An answer that is complete when the handler returns. */
export interface ApiResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * An answer that goes on. `start` is called once the headers are sent; `write` returns false when
 * the client reads too slowly to be kept.
 */
export interface StreamResponse {
  readonly contentType: string
  start(stream: ResponseStream): void
  /** Ends everything that `start` began; called once, when the connection closes. */
  stop(): void
}

interface ResponseStream {
  write(chunk: string): void
  end(): void
}

export type Handled = ApiResponse | StreamResponse

export function jsonResponse(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): ApiResponse {
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  }
}

export function textResponse(status: number, body: string): ApiResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body }
}
