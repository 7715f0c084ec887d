import type { ServerResponse } from 'node:http'

import type { Clock } from '@fairlead/base'

import type { ApiResponse } from '../exchange/api-response.ts'
import { jsonParts } from './json-parts.ts'

/** A client that takes no byte of an answer for this long is gone. */
const answerStallMs = 60_000
/** A long list must be taken within this time, as a request of kube-apiserver is cut off after it. */
const answerDeadlineMs = 60_000

/**
 * Sends an answer. A long list goes in parts, each made when the client has taken those before it;
 * what is left when the time has passed, or the client is gone, is never made.
 */
export function sendAnswer(
  response: ServerResponse,
  answer: ApiResponse,
  warnings: readonly string[],
  clock: Pick<Clock, 'setTimer'>,
): void | Promise<void> {
  const headers = {
    'cache-control': 'no-cache, private',
    ...answer.headers,
    ...warningHeader(warnings),
  }
  response.setTimeout(answerStallMs, () => response.destroy())
  const isJson = answer.headers['content-type'] === 'application/json'
  const parts = isJson && answer.status === 200 ? jsonParts(answer.object) : undefined
  if (parts !== undefined && response.req.method !== 'HEAD') {
    response.writeHead(answer.status, headers)
    return sendParts(response, parts, clock)
  }
  const body = Buffer.from(answer.body)
  response.writeHead(answer.status, { ...headers, 'content-length': String(body.length) })
  response.end(body)
}

async function sendParts(
  response: ServerResponse,
  parts: Iterable<string>,
  clock: Pick<Clock, 'setTimer'>,
): Promise<void> {
  const deadline = clock.setTimer(answerDeadlineMs, () => response.destroy())
  try {
    for (const part of parts) {
      if (!response.write(part)) await takesMoreOrIsGone(response)
      if (response.destroyed) return
    }
    response.end()
  } finally {
    deadline.cancel()
  }
}

function takesMoreOrIsGone(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const settle = (): void => {
    response.off('drain', settle).off('close', settle)
    resolve()
  }
  if (response.destroyed) resolve()
  else response.on('drain', settle).on('close', settle)
  return promise
}

/** One header for each, as clients expect them. */
export function warningHeader(warnings: readonly string[]): Record<string, string[]> {
  if (warnings.length === 0) return {}
  return { warning: [...new Set(warnings)].map((message) => `299 - ${quoted(message)}`) }
}

/** A quoted-string (RFC 9110); characters not allowed in a header become question marks. */
function quoted(message: string): string {
  const safe = message.replaceAll(/[^\x20-\x7e]/g, '?')
  return `"${safe.replaceAll(/["\\]/g, '\\$&')}"`
}
