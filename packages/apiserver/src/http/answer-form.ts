import type { IncomingHttpHeaders } from 'node:http'

import { parseAccept } from '../exchange/accept.ts'

/** How a client wants its answer written. */
export interface AnswerForm {
  /** Its Accept header. */
  readonly accept: string
  /** JSON is indented for people. */
  readonly isPretty: boolean
  /** A long answer may be compressed. */
  readonly takesGzip: boolean
}

/** What a request says of the form of its answer, as apiserver's negotiation reads it. */
export function answerFormOf(headers: IncomingHttpHeaders, query: URLSearchParams): AnswerForm {
  const { accept = '*/*' } = headers
  return {
    accept,
    isPretty: isPretty(accept, query.get('pretty') ?? '', headers['user-agent'] ?? ''),
    takesGzip: encodingsOf(headers).includes('gzip'),
  }
}

/** Asked for, or because people read what these programs get. */
function isPretty(accept: string, asked: string, userAgent: string): boolean {
  if (accept.includes('pretty') && parseAccept(accept)[0]?.parameters.get('pretty') === '1') {
    return true
  }
  if (asked !== '') return ['1', 't', 'T', 'true', 'TRUE', 'True'].includes(asked)
  return /^(?:curl|Wget|Mozilla\/5\.0)/.test(userAgent)
}

/** A quality is no part of what kube-apiserver understands. */
function encodingsOf(headers: IncomingHttpHeaders): string[] {
  const given = headers['accept-encoding'] ?? ''
  return given.split(',').map((each) => each.trim())
}
