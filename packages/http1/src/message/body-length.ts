import { isToken, listMembers } from './field-grammar.ts'
import type { HeaderFields } from './header-fields.ts'
import { MessageError } from './message-error.ts'

/** How the end of a body is found: after so many bytes, by chunks, or where the connection ends. */
export type BodyLength = number | 'chunked' | 'until-close'

/** The most digits of a Content-Length that stay exact as a number. */
const lengthForm = /^\d{1,15}$/

/**
 * The declared length of a body (RFC 9112 §6.3), stricter than it must be: two ways at once, a
 * repeated or odd length and any coding but `chunked` are refused, because the next party might read
 * them otherwise. Undefined if nothing is declared. Throws MessageError.
 */
export function declaredLength(fields: HeaderFields, isHttp10: boolean): BodyLength | undefined {
  const coding = fields.get('transfer-encoding')
  const length = fields.get('content-length')
  if (coding !== undefined) {
    if (length !== undefined) {
      throw new MessageError(400, 'There is both a Content-Length and a Transfer-Encoding.')
    }
    if (isHttp10) throw new MessageError(400, 'HTTP/1.0 has no Transfer-Encoding.')
    if (coding.toLowerCase() === 'chunked') return 'chunked'
    throw refusedCoding(coding)
  }
  if (length === undefined) return undefined
  if (!lengthForm.test(length)) throw new MessageError(400, 'The Content-Length is not valid.')
  return Number(length)
}

/** RFC 9112 §6.1, §6.3: 501 for a coding that is not known, 400 for a body without a certain end. */
function refusedCoding(coding: string): MessageError {
  const codings = listMembers(coding)
  const endsOnce = codings.indexOf('chunked') === codings.length - 1 && codings.every(isToken)
  return endsOnce
    ? new MessageError(501, 'The only supported Transfer-Encoding is "chunked".')
    : new MessageError(400, 'The Transfer-Encoding does not end with one "chunked".')
}
