import type { HeaderFields } from '@fairlead/http1'

/**
 * The Content-Encoding of an answer, in lower case, or undefined if its bytes can be read as they
 * are. The gateway asks for no encoding, but some providers send one all the same.
 */
export function answerEncoding(headers: HeaderFields): string | undefined {
  const encoding = headers.get('content-encoding')?.toLowerCase()
  return encoding === '' || encoding === 'identity' ? undefined : encoding
}
