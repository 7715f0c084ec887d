/** A response that is complete when the handler returns. */
export interface ApiResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Buffer
  /** What the body says, for those who want it in another encoding than JSON, or indented. */
  readonly object?: unknown
  /** May be compressed although it has no other form. */
  readonly isCompressible?: boolean
}

/** A streamed response. `start` is called once the headers are sent. */
export interface StreamResponse {
  readonly contentType: string
  start(stream: ResponseStream): void
  /** The client takes more, after `write` has returned false. */
  resume(): void
  /** Stops everything that `start` began; called once, when the connection or the server closes. */
  stop(): void
}

export interface ResponseStream {
  /**
   * Sends bytes, which must not be changed any more. False: whatever is written before `resume` is
   * called has to be kept in memory.
   */
  write(chunk: Buffer): boolean
  end(): void
  /** Breaks the connection, so that the client sees an answer without an end. */
  drop(): void
}

export type Handled = ApiResponse | StreamResponse

/** An object as JSON, unless it is asked for in another encoding or form. */
export function jsonResponse(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): ApiResponse {
  let text: string | undefined
  return {
    status,
    headers: { 'content-type': 'application/json', ...headers },
    get body() {
      return (text ??= `${JSON.stringify(body)}\n`)
    },
    object: body,
  }
}

/** A document that is JSON for everybody, indented as WriteRawJSON in apiserver does it. */
export function documentResponse(status: number, document: unknown): ApiResponse {
  const body = JSON.stringify(document, null, 2)
  return { status, headers: { 'content-type': 'application/json' }, body }
}

export function textResponse(status: number, body: string): ApiResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8' }, body }
}

/** A text that browsers must take for nothing else, as Go's servers tell of errors. */
export function unsniffedText(
  status: number,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): ApiResponse {
  const text = textResponse(status, body)
  const unsniffed = { 'x-content-type-options': 'nosniff' }
  return { ...text, headers: { ...text.headers, ...unsniffed, ...headers } }
}

/** What Go's servers answer where there is nothing. */
export function pageNotFound(): ApiResponse {
  return unsniffedText(404, '404 page not found\n')
}
