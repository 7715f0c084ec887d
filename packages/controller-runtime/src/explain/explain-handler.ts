import type { HttpHandler } from '../serving/http-handler.ts'
import { explainResponse } from './explain-response.ts'
import type { ExplainRequest, Explanation } from './explanation.ts'

/** `explainResponse` as a handler of an HTTP server. */
export function explainHandler(
  explain: (asked: ExplainRequest) => readonly Explanation[],
): HttpHandler {
  return ({ query }) => {
    const { status, contentType, body } = explainResponse(query, explain)
    const headers = { 'content-type': contentType, 'x-content-type-options': 'nosniff' }
    return { status, headers, body }
  }
}
