import type { HeaderFields } from '../message/header-fields.ts'
import { isToken } from '../message/field-grammar.ts'
import { fieldLines } from '../message/write-head.ts'

export interface ClientRequest {
  readonly method: string
  readonly path: string
  /** Without Host and the fields about body and connection. Flat list: name, value, name, value. */
  readonly headers: readonly string[]
  readonly body: Uint8Array
}

/** Told what comes of a request. Nothing is called after `onEnd` or `onError`. */
export interface ResponseHandler {
  onHead(status: number, headers: HeaderFields): void
  /** The bytes are valid during the call only: what is kept has to be copied. */
  onData(bytes: Buffer): void
  onEnd(): void
  /** ConnectionLost, MessageError, the system's error of connecting, or why it was aborted. */
  onError(error: Error): void
}

const targetForm = /^[\x21\x22\x24-\x7e]+$/

/** What the connection decides. */
const connectionFields: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** Requests of these methods have no body, as a rule: an empty one is not announced. */
const bodilessMethods: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE', 'OPTIONS'])

/** The head of a request, with the empty line at its end. Throws TypeError for what is not valid. */
export function requestHead(request: ClientRequest, host: string): string {
  const { method, path, headers, body } = request
  if (!isToken(method)) throw new TypeError('The method of the request is not valid.')
  if (!targetForm.test(path)) throw new TypeError('The path of the request is not valid.')
  const isBodiless = body.length === 0 && bodilessMethods.has(method)
  const length = isBodiless ? '' : `content-length: ${body.length}\r\n`
  return (
    `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: keep-alive\r\n` +
    `${fieldLines(headers, connectionFields)}${length}\r\n`
  )
}
