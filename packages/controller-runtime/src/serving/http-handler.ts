import type { IncomingHttpHeaders } from 'node:http'

/** A request, apart from its connection. */
export interface HttpRequest {
  /** Upper case. */
  readonly method: string
  /** Decoded no further than it came: without query, beginning with a slash. */
  readonly path: string
  readonly query: URLSearchParams
  /** Names in lower case. */
  readonly headers: IncomingHttpHeaders
  /**
   * Reads the body, once. Rejects with BodyTooLargeError beyond the server's `bodyLimitBytes`, and
   * if the caller goes away.
   */
  body(this: void): Promise<Buffer>
  /** Aborts when the caller goes away, the request takes too long, or the server has to close. */
  readonly signal: AbortSignal
}

export interface HttpAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
}

/** Answers requests. What it throws is logged, and answered with 500 without details. */
export type HttpHandler = (request: HttpRequest) => HttpAnswer | Promise<HttpAnswer>

/** An answer of plain text, as Go's `http.Error` gives it. */
export function textAnswer(status: number, body: string): HttpAnswer {
  const headers = {
    'content-type': 'text/plain; charset=utf-8',
    'x-content-type-options': 'nosniff',
  }
  return { status, headers, body }
}

/** What Go's `http.NotFound` answers. */
export const notFound: HttpAnswer = textAnswer(404, '404 page not found\n')
