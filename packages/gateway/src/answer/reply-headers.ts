import type { HeaderFields } from '@fairlead/http1'
import { type Dialect, readAnswerDetails } from '@fairlead/llm'
import { attemptLog } from '../call/attempt-log.ts'
import type { Call } from '../call/call.ts'
import { cacheText } from '../call/cache-note.ts'
import { guardrailText } from '../call/guardrail-note.ts'
import { requestIdHeaders } from '../http/request-id-headers.ts'
import type { AnswerStream } from './answer-stream.ts'
import { costHeaders } from './cost-headers.ts'

/**
 * Upstream response headers that are forwarded to the caller. Flat list: name, value, name, value.
 */
export function keptHeaders(headers: HeaderFields, names: readonly string[]): string[] {
  const kept: string[] = []
  for (const name of names) {
    const value = headers.get(name)
    if (value !== undefined) kept.push(name, value)
  }
  return kept
}

/**
 * What a provider's headers say, for an answer that is written anew: its id of the call and its
 * limits, as the caller's dialect has them. Flat list: name, value, name, value.
 */
export function translatedHeaders(
  { dialect: spoken, headers }: Pick<AnswerStream, 'dialect' | 'headers'>,
  dialect: Dialect,
  nowMs: number,
): string[] {
  const { rateLimits, requestId } = readAnswerDetails(headers, spoken?.passage.rateLimits, nowMs)
  return [
    ...(requestId === undefined ? [] : requestIdHeaders(dialect, requestId)),
    ...(dialect.passage.rateLimits?.write(rateLimits, nowMs) ?? []),
  ]
}

/** The gateway's own headers about the call. Flat list: name, value, name, value. */
export function ownHeaders({
  conversation: unchanged,
  record,
  turn,
}: Pick<Call, 'conversation' | 'record' | 'turn'>): string[] {
  const headers = ['x-fairlead-request-id', record.requestId]
  if (record.target !== undefined) {
    headers.push(
      'x-fairlead-provider',
      record.target.provider.key,
      'x-fairlead-target',
      record.target.name,
      'x-fairlead-model',
      headerText(record.target.model),
    )
  }
  if (record.route !== '') headers.push('x-fairlead-route', headerText(record.route))
  if (record.attempts.length > 0) {
    headers.push('x-fairlead-attempts', String(record.attempts.length))
  }
  if (record.adapted !== '') headers.push('x-fairlead-adapted', record.adapted)
  if (record.explainsAttempts) headers.push('x-fairlead-attempt-log', attemptLog(record.attempts))
  if (record.prompt !== undefined) {
    const { namespace, name, version } = record.prompt
    headers.push('x-fairlead-prompt', `${namespace}/${name}@${headerText(version)}`)
  }
  if (record.knowledge.length > 0) headers.push('x-fairlead-knowledge', knowledgeText(record))
  if (record.replay !== undefined) headers.push('x-fairlead-replay', record.replay)
  if (record.cache !== undefined) headers.push('x-fairlead-cache', cacheText(record.cache))
  if (record.guardrails.length > 0) {
    headers.push(
      'x-fairlead-guardrails',
      record.guardrails.slice(0, guardrailsMax).map(guardrailText).join(', '),
    )
  }
  headers.push(...costHeaders(record))
  headers.push('x-fairlead-overhead-ms', record.overheadMs().toFixed(3))
  const conversation = turn?.conversation ?? unchanged
  if (conversation !== undefined) {
    headers.push(
      'x-fairlead-conversation',
      headerText(conversation.id),
      'x-fairlead-revision',
      String(conversation.ccp.revision),
    )
  }
  if (turn !== undefined) {
    headers.push('x-fairlead-turn', turn.turn.id, 'x-fairlead-plan', turn.plan.id)
  }
  return headers
}

/** `default/handbook;passages=3, default/news;failed`: a list as RFC 9651 has them, but for its names. */
function knowledgeText({ knowledge }: Call['record']): string {
  return knowledge
    .map(
      ({ base, passages }) =>
        `${base};${passages === undefined ? 'failed' : `passages=${passages}`}`,
    )
    .join(', ')
}

/** More would be longer than many clients read. */
const guardrailsMax = 16

/** Clients give up on headers of a few kilobytes, and no name that means something is as long. */
const headerTextMax = 256

/**
 * Some names come from callers: one that is not a valid header value is percent-encoded, and the end
 * of a long one is left out.
 */
function headerText(text: string): string {
  const short = text.slice(0, headerTextMax)
  return /^[\x21-\x7e]*$/.test(short) ? short : encodeURIComponent(short.toWellFormed())
}
