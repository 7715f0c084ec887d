import type { Impersonation } from '../kube-config/kube-config.ts'
import { headerValue } from './header-value.ts'

/** The headers by which a client asks to act as somebody else. */
export function impersonationHeaders(
  impersonate: Impersonation | undefined,
): Readonly<Record<string, string | string[]>> {
  if (impersonate === undefined) return {}
  const { user, uid, groups = [], extra = {} } = impersonate
  const extras: Record<string, string[]> = {}
  for (const [name, values] of Object.entries(extra)) {
    extras[`impersonate-extra-${headerName(name)}`] = values.map(headerValue)
  }
  return {
    'impersonate-user': headerValue(user),
    ...(uid === undefined ? {} : { 'impersonate-uid': headerValue(uid) }),
    ...(groups.length === 0 ? {} : { 'impersonate-group': groups.map(headerValue) }),
    ...extras,
  }
}

/** Percent-encodes what a header's name cannot hold; the server decodes it. */
function headerName(text: string): string {
  const encoded = Array.from(Buffer.from(text, 'utf8'), (byte) => {
    const one = String.fromCharCode(byte)
    return /[\w!#$&'*+.^`|~-]/.test(one)
      ? one
      : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
  })
  return encoded.join('')
}
