import { type BodyLength, declaredLength } from './body-length.ts'
import { HeaderFields } from './header-fields.ts'
import { MessageError } from './message-error.ts'
import { parseFields } from './parse-fields.ts'
import { staysOpen } from './request-head.ts'

/** The head of a response, checked. */
interface ResponseHead {
  readonly status: number
  readonly headers: HeaderFields
  readonly bodyLength: BodyLength
  /** Whether the connection may be used again, as far as the server is concerned. */
  readonly keepAlive: boolean
}

/** The reason may be missing together with its space: some servers send it so. */
const statusLineForm = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: ([\t\x20-\x7e\x80-\xff]*))?$/

/**
 * Reads a head, given without the empty line that ends it, as Latin-1. Throws MessageError for
 * whatever RFC 9112 does not allow. `method` is that of the request.
 */
export function parseResponseHead(text: string, method: string): ResponseHead {
  const lineEnd = text.indexOf('\r\n')
  const line = lineEnd === -1 ? text : text.slice(0, lineEnd)
  const match = statusLineForm.exec(line)
  if (match === null) throw new MessageError(400, 'The status line is malformed.')
  const isHttp10 = match[1] === '0'
  const status = Number(match[2])
  const fields = new HeaderFields(lineEnd === -1 ? [] : parseFields(text, lineEnd + 2))
  const declared = declaredLength(fields, isHttp10)
  const bodyLength = hasNoBody(status, method) ? 0 : (declared ?? 'until-close')
  return {
    status,
    headers: fields,
    bodyLength,
    keepAlive: bodyLength !== 'until-close' && staysOpen(fields.get('connection'), isHttp10),
  }
}

/** RFC 9112 §6.3, rule 1. */
function hasNoBody(status: number, method: string): boolean {
  return method === 'HEAD' || status < 200 || status === 204 || status === 304
}
