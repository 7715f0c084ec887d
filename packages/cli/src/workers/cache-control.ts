import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AnswerSelection } from '@fairlead/gateway'

/** Where it is asked on the control socket. */
export const purgePath = '/cache/purge'

/** What came of it. */
export interface PurgedAnswers {
  readonly purged: number
}

/**
 * Drops answers of CachePolicies as it is asked on the control socket: `policy` and `consumer`, each
 * `namespace/name`, of the query say which; all without them. False for a request that is not for it.
 */
export function answerPurge(
  request: IncomingMessage,
  response: ServerResponse,
  purge: (selection: AnswerSelection) => number,
): boolean {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://control')
  if (request.method !== 'POST' || pathname !== purgePath) return false
  const policy = searchParams.get('policy')
  const consumer = searchParams.get('consumer')
  const purged: PurgedAnswers = {
    purged: purge({
      ...(policy === null ? {} : { policy }),
      ...(consumer === null ? {} : { consumer }),
    }),
  }
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(`${JSON.stringify(purged)}\n`)
  return true
}
