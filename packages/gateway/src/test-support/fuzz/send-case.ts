import { type Agent, type IncomingHttpHeaders, request } from 'node:http'
import type { FuzzCase } from './fuzz-case.ts'
import { bytesOf } from './json-node.ts'

/** What came back. */
export interface FuzzAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** No case may take as long: each has an upstream that answers at once. */
const answerMsMax = 20_000

/** Sends a case; rejects if the connection breaks, or if there is no whole answer within 20 s. */
export function sendCase(
  gateway: string,
  agent: Agent,
  { method, path, headers, body }: FuzzCase,
): Promise<FuzzAnswer> {
  const bytes = body === undefined ? undefined : bytesOf(body)
  return send(`${gateway}${path}`, method, agent, headers, bytes)
}

/** Deletes a conversation that a case has left. Resolves to the status. */
export async function deleteConversation(
  gateway: string,
  agent: Agent,
  id: string,
): Promise<number> {
  const url = `${gateway}/v1/conversations/${encodeURIComponent(id)}`
  return (await send(url, 'DELETE', agent, {}, undefined)).status
}

function send(
  url: string,
  method: string,
  agent: Agent,
  headers: Readonly<Record<string, string>>,
  body: Buffer | undefined,
): Promise<FuzzAnswer> {
  return new Promise((resolve, reject) => {
    const all = {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    }
    const signal = AbortSignal.timeout(answerMsMax)
    const sent = request(url, { method, agent, headers: all, signal }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.once('error', reject)
      response.once('end', () => {
        const { statusCode: status = 0, headers: fields } = response
        resolve({ status, headers: fields, body: Buffer.concat(parts) })
      })
    })
    sent.once('error', reject)
    sent.end(body)
  })
}
