import { parseJson } from '@fairlead/base'
import { parseGoDuration } from '@fairlead/kube-core'

import {
  type HttpAnswer,
  type HttpHandler,
  type HttpRequest,
  notFound,
} from '../serving/http-handler.ts'
import { BodyTooLargeError } from '../serving/request-body.ts'
import { errored } from './admission-response.ts'
import { admissionAnswer } from './admission-review.ts'
import type { WebhookAnswer, WebhookRegistry } from './webhook-registry.ts'

/** As in Go: two objects of 3 MiB, the largest that a request may write, and what is around them. */
export const webhookBodyBytesMax = 7 * 1024 * 1024

/**
 * Answers requests of HTTP by the webhooks of a registry. As in Go, an admission webhook answers
 * every question with 200 and a review, also one that it could not read.
 */
export function webhookEndpoint(registry: WebhookRegistry): HttpHandler {
  return async (request) => {
    if (!registry.has(request.path)) return notFound
    const question = await read(request)
    if (question instanceof Unreadable) {
      return registry.admitsAt(request.path) ? asJson(question.answer) : { status: 400 }
    }
    const timeoutMs = timeoutOf(request.query)
    const options = { signal: request.signal, ...(timeoutMs === undefined ? {} : { timeoutMs }) }
    return asJson(await registry.answer(request.path, question.review, options))
  }
}

/** A body that is no question. */
class Unreadable {
  readonly answer: WebhookAnswer
  constructor(code: number, message: string) {
    this.answer = { code: 200, body: admissionAnswer(errored(code, message)) }
  }
}

async function read({ headers, body }: HttpRequest): Promise<{ review: unknown } | Unreadable> {
  const contentType = headers['content-type'] ?? ''
  let bytes: Buffer
  try {
    bytes = await body()
  } catch (error) {
    if (!(error instanceof BodyTooLargeError)) throw error
    return new Unreadable(413, `request entity is too large; limit is ${webhookBodyBytesMax} bytes`)
  }
  if (bytes.length === 0) return new Unreadable(400, 'request body is empty')
  if (!/^application\/json *(?:;|$)/i.test(contentType)) {
    return new Unreadable(400, `contentType=${contentType}, expected application/json`)
  }
  try {
    return { review: parseJson(bytes.toString('utf8')) }
  } catch (error) {
    const why = error instanceof Error ? error.message : 'not JSON'
    return new Unreadable(400, `couldn't get version/kind; json parse error: ${why}`)
  }
}

/** How long the API server waits, which it says in the query; no longer than it may. */
function timeoutOf(query: URLSearchParams): number | undefined {
  try {
    const given = parseGoDuration(query.get('timeout') ?? '')
    return given === undefined || given <= 0 ? undefined : Math.min(given, 30_000)
  } catch {
    return undefined
  }
}

function asJson({ code, body }: WebhookAnswer): HttpAnswer {
  if (body === undefined) return { status: code }
  return {
    status: code,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }
}
