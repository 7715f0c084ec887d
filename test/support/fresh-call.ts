import { type Agent, request, type IncomingHttpHeaders } from 'node:http'
import type { Endpoints } from './fairlead-process.ts'

/** An answer that is under way. */
export interface FreshCall {
  /** Resolves when the answer begins; rejects if the connection fails before. */
  readonly began: Promise<{ readonly status: number; readonly headers: IncomingHttpHeaders }>
  /** What has arrived so far. */
  readonly received: () => string
  /** Resolves to the whole answer; rejects if the connection fails before its end. */
  readonly ended: Promise<string>
}

/**
 * Posts a chat completion (or to another path), or gets a path, over a connection of its own unless
 * an agent has one.
 */
export function freshCall(
  endpoints: Endpoints,
  what: object | string,
  headers: Readonly<Record<string, string>> = {},
  path = '/v1/chat/completions',
  agent: Agent | false = false,
): FreshCall {
  const began = Promise.withResolvers<{ status: number; headers: IncomingHttpHeaders }>()
  const ended = Promise.withResolvers<string>()
  let received = ''
  const fail = (error: Error) => {
    began.reject(error)
    ended.reject(error)
  }
  // Whoever is interested in one of them need not handle the other.
  began.promise.catch(() => {})
  ended.promise.catch(() => {})
  const isGet = typeof what === 'string'
  const call = request(`${endpoints.gateway}${isGet ? what : path}`, {
    agent,
    method: isGet ? 'GET' : 'POST',
    headers: {
      authorization: `Bearer ${endpoints.apiKey}`,
      'content-type': 'application/json',
      ...headers,
    },
  })
  call.once('error', fail)
  call.once('response', (response) => {
    began.resolve({ status: response.statusCode ?? 0, headers: response.headers })
    response.setEncoding('utf8')
    response.on('data', (text: string) => (received += text))
    response.once('error', fail)
    response.once('end', () => ended.resolve(received))
  })
  call.end(isGet ? undefined : JSON.stringify(what))
  return { began: began.promise, received: () => received, ended: ended.promise }
}
