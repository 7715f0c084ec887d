import { type BodyLength, declaredLength } from './body-length.ts'
import { isToken, listMembers } from './field-grammar.ts'
import { HeaderFields } from './header-fields.ts'
import { MessageError } from './message-error.ts'
import { parseFields } from './parse-fields.ts'

/** The head of a request, checked. */
export interface RequestHead {
  readonly method: string
  /** Path and query, also of a request that was sent with an absolute URL; `*` for a server. */
  readonly target: string
  readonly headers: HeaderFields
  readonly bodyLength: number | 'chunked'
  readonly isHttp10: boolean
  /** Whether the connection may be used again, as far as the caller is concerned. */
  readonly keepAlive: boolean
  /** Whether the caller waits for `100 Continue` before it sends the body. */
  readonly expectsContinue: boolean
  /** The protocols that the caller asks to switch to; nothing in HTTP/1.0 (RFC 9110 §7.8). */
  readonly upgrade: string | undefined
}

const requestLineForm = /^(\S+) (\S+) HTTP\/(\d)\.(\d)$/
/** Visible ASCII without `#`: a fragment is never sent (RFC 9112 §3.2). */
const targetForm = /^[\x21\x22\x24-\x7e]+$/
const absoluteForm = /^https?:\/\/([^/?]*)(.*)$/i
/** `uri-host [":" port]` (RFC 9110 §7.2). */
const hostForm = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=%]*|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/

/** Fields that may come only once: two of them would be read one way here and another elsewhere. */
const singleFields: readonly string[] = ['authorization', 'content-type', 'content-encoding']

/**
 * Reads a head, given without the empty line that ends it, as Latin-1. Throws MessageError for
 * whatever RFC 9112 does not allow, and for what it allows to be read in two ways.
 */
export function parseRequestHead(text: string): RequestHead {
  const lineEnd = text.indexOf('\r\n')
  const line = lineEnd === -1 ? text : text.slice(0, lineEnd)
  const { method, target, isHttp10 } = parseRequestLine(line)
  const entries = lineEnd === -1 ? [] : parseFields(text, lineEnd + 2)
  const fields = new HeaderFields(entries)
  for (const name of singleFields) only(entries, name)
  const path = checkTarget(method, target, hostOf(entries, isHttp10))
  const length = declaredLength(fields, isHttp10)
  const connection = fields.get('connection')
  const upgrade = fields.get('upgrade')
  return {
    method,
    target: path,
    headers: fields,
    bodyLength: length === 'chunked' ? length : bytesOf(length),
    isHttp10,
    keepAlive: staysOpen(connection, isHttp10),
    expectsContinue: expectsContinue(fields, isHttp10),
    upgrade: !isHttp10 && hasToken(connection, 'upgrade') ? upgrade : undefined,
  }
}

function parseRequestLine(line: string) {
  const match = requestLineForm.exec(line)
  if (match === null) throw new MessageError(400, 'The request line is malformed.')
  const [, method = '', target = '', major, minor] = match
  if (major !== '1' || (minor !== '1' && minor !== '0')) {
    throw new MessageError(505, 'Only HTTP/1.1 and HTTP/1.0 are supported.')
  }
  if (!isToken(method)) throw new MessageError(400, 'The method is malformed.')
  if (!targetForm.test(target)) throw new MessageError(400, 'The request target is malformed.')
  return { method, target, isHttp10: minor === '0' }
}

/** The value of a field that may come only once. */
function only(entries: readonly string[], name: string): string | undefined {
  let value: string | undefined
  for (let index = 0; index < entries.length; index += 2) {
    if (entries[index] !== name) continue
    if (value !== undefined) throw new MessageError(400, `The header ${name} is repeated.`)
    value = entries[index + 1] ?? ''
  }
  return value
}

/** The one Host of a request; undefined is possible in HTTP/1.0 only. */
function hostOf(entries: readonly string[], isHttp10: boolean): string | undefined {
  const host = only(entries, 'host')
  if (host === undefined && !isHttp10) throw new MessageError(400, 'The header host is missing.')
  if (host !== undefined && !hostForm.test(host)) {
    throw new MessageError(400, 'The header host is malformed.')
  }
  return host
}

/** Path and query of a target. An absolute URL has to name the host of the request. */
function checkTarget(method: string, target: string, host: string | undefined): string {
  if (target.startsWith('/') && method !== 'CONNECT') return target
  if (target === '*' && method === 'OPTIONS') return target
  const absolute = absoluteForm.exec(target)
  if (absolute === null || method === 'CONNECT') {
    throw new MessageError(400, 'The request target is neither a path nor an http URL.')
  }
  const [, authority = '', rest = ''] = absolute
  if (authority === '' || !hostForm.test(authority)) {
    throw new MessageError(400, 'The host of the request target is malformed.')
  }
  if (host !== undefined && host.toLowerCase() !== authority.toLowerCase()) {
    throw new MessageError(400, 'The request target and the header host name different hosts.')
  }
  return rest.startsWith('/') ? rest : `/${rest}`
}

function bytesOf(length: BodyLength | undefined): number {
  return typeof length === 'number' ? length : 0
}

function expectsContinue(fields: HeaderFields, isHttp10: boolean): boolean {
  const expect = fields.get('expect')
  if (expect === undefined || isHttp10) return false
  if (expect.toLowerCase() === '100-continue') return true
  throw new MessageError(417, 'The only supported expectation is "100-continue".')
}

/** Whether `Connection` leaves the connection open (RFC 9112 §9.3). */
export function staysOpen(connection: string | undefined, isHttp10: boolean): boolean {
  if (connection === undefined) return !isHttp10
  const tokens = listMembers(connection)
  if (tokens.includes('close')) return false
  return !isHttp10 || tokens.includes('keep-alive')
}

function hasToken(value: string | undefined, token: string): boolean {
  return value !== undefined && listMembers(value).includes(token)
}
