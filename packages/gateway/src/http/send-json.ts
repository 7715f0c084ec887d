import type { ServerResponse } from '@fairlead/http1'
import type { Dialect, ModelError } from '@fairlead/llm'
import { errorHeaders } from './error-headers.ts'

/** Sends a whole JSON response. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: readonly string[] = [],
): void {
  const bytes = Buffer.from(JSON.stringify(body))
  sendBytes(response, status, bytes, ['content-type', 'application/json', ...headers])
}

/** Sends a whole response; the headers include its content type. */
export function sendBytes(
  response: ServerResponse,
  status: number,
  bytes: Buffer,
  headers: readonly string[],
): void {
  response.start(status, [...headers, 'content-length', String(bytes.length)])
  response.end(bytes)
}

/**
 * Sends an error in the caller's dialect, with the id of the request that failed: the provider's own
 * if it told one, else `id`. `nowMs` is wall time. Returns its status, which may be the dialect's own.
 */
export function sendError(
  response: ServerResponse,
  error: ModelError,
  dialect: Dialect,
  sent: { readonly headers: readonly string[]; readonly id: string; readonly nowMs: number },
): number {
  const { headers, nowMs } = sent
  const id = error.details?.requestId ?? sent.id
  const { status, body } = dialect.encodeError(error, id)
  sendJson(response, status, body, [...headers, ...errorHeaders(error, dialect, { id, nowMs })])
  return status
}
