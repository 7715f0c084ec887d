import type { IncomingMessage, ServerResponse } from 'node:http'

import type { Authenticator } from '../auth/authenticator.ts'
import type { Authorizer } from '../auth/authorizer.ts'
import { impersonate } from '../auth/impersonate.ts'
import { headerText } from '../decoding/header-text.ts'
import type { ApiRequest, RequestHead } from '../exchange/api-request.ts'
import type { BodyBudget } from './body-budget.ts'
import type { RequestsInFlight } from './in-flight.ts'
import { isLongRunning } from './long-running.ts'
import { readBody } from './read-body.ts'
import { parseResourcePath } from './request-path.ts'
import type { RequestTarget } from './request-target.ts'

/** Who decides whether a request is let in, and what its body may take. */
export interface ReceivingServices {
  readonly authenticator: Authenticator
  readonly authorizer: Authorizer
  readonly inFlight: RequestsInFlight
  readonly bodies: BodyBudget
  /** Headers of the answer to a request of a known user. */
  readonly flowHeaders: (request: RequestHead) => Readonly<Record<string, string>>
  /** @throws StatusError 403 */
  readonly authorize: (request: RequestHead) => void
}

/** A request that has been let in, and what lets it out again. */
interface Received {
  readonly request: Omit<ApiRequest, 'warn'>
  readonly leave: () => void
}

/** The bodies of other requests are never read. */
const mayHaveBody: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH', 'DELETE'])

/**
 * Finds out who makes a request and whether he may, and only then reads its body: nobody else's takes
 * memory.
 * @throws StatusError 401, 403 or 413; TooManyRequests
 */
export async function receiveRequest(
  message: IncomingMessage,
  response: ServerResponse,
  target: RequestTarget,
  services: ReceivingServices,
): Promise<Received> {
  const { headers, method = 'GET' } = message
  const path = parseResourcePath(target.path)
  const user = impersonate(services.authorizer, services.authenticator.userOf(message), message)
  const head = { method, ...target, user }
  for (const [name, value] of Object.entries(services.flowHeaders(head))) {
    response.setHeader(name, value)
  }
  const leaving: (() => void)[] = []
  const leave = (): void => {
    for (const each of leaving) each()
  }
  if (!isLongRunning({ method, ...target }, path)) {
    leaving.push(services.inFlight.enter(method, user))
  }
  try {
    services.authorize(head)
    const hasBody = path !== undefined && mayHaveBody.has(method)
    if (hasBody && headers.expect !== undefined) response.writeContinue()
    // What nobody reads would hide that the client has gone.
    if (!hasBody) message.resume()
    const held = hasBody ? await readBody(message, services.bodies) : undefined
    if (held !== undefined) leaving.push(held.release)
    const body = held?.body ?? Buffer.alloc(0)
    return { request: { ...head, ...saidIn(message), body }, leave }
  } catch (error) {
    leave()
    throw error
  }
}

/** What the headers say of a request. */
function saidIn({ headers }: IncomingMessage) {
  return {
    host: headers.host ?? '',
    accept: headers.accept ?? '*/*',
    contentType: headers['content-type'] ?? '',
    userAgent: headerText(headers['user-agent'] ?? ''),
    ifNoneMatch: headers['if-none-match'] ?? '',
  }
}
