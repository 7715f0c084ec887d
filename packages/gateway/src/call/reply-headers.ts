import type { IncomingHttpHeaders } from 'node:http'
import type { CallRecord } from './call-record.ts'
import type { OpenTurn } from '@fairlead/context'

/** Headers of the upstream's answer that are about the content or told to SDKs, and go on. */
const keptHeaders = [
  'content-type',
  'content-encoding',
  'content-language',
  'cache-control',
  'x-request-id',
  'openai-processing-ms',
  'openai-version',
  'openai-model',
  'x-ratelimit-limit-requests',
  'x-ratelimit-limit-tokens',
  'x-ratelimit-remaining-requests',
  'x-ratelimit-remaining-tokens',
  'x-ratelimit-reset-requests',
  'x-ratelimit-reset-tokens',
] as const

/** Names and values in turn. */
export function upstreamHeaders(headers: IncomingHttpHeaders): string[] {
  const kept: string[] = []
  for (const name of keptHeaders) {
    const value = headers[name]
    if (typeof value === 'string') kept.push(name, value)
  }
  return kept
}

/** What the gateway tells about the call, names and values in turn. */
export function ownHeaders(record: CallRecord, turn: OpenTurn | undefined): string[] {
  const headers = ['x-fairlead-request-id', record.requestId]
  if (record.target !== undefined) {
    headers.push(
      'x-fairlead-provider',
      record.target.provider.key,
      'x-fairlead-model',
      headerText(record.target.model),
    )
  }
  if (record.route !== '') headers.push('x-fairlead-route', headerText(record.route))
  if (record.attempts > 0) headers.push('x-fairlead-attempts', String(record.attempts))
  headers.push('x-fairlead-overhead-ms', record.overheadMs().toFixed(3))
  if (turn !== undefined) {
    headers.push(
      'x-fairlead-conversation',
      headerText(turn.conversation.id),
      'x-fairlead-revision',
      String(turn.conversation.ccp.revision),
      'x-fairlead-plan',
      turn.plan.id,
    )
  }
  return headers
}

/** Some names come from callers: what HTTP does not take in a header is written percent-encoded. */
function headerText(text: string): string {
  return /^[\x21-\x7e]*$/.test(text) ? text : encodeURIComponent(text)
}
