import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

import type { CredentialFiles } from '../pki/credential-files.ts'
import type { TokenAuthenticator } from './authenticator.ts'
import { mastersGroup } from './user.ts'

/** The administrator's bearer token: created once, then reused. */
export function loadAdminToken(files: CredentialFiles): string {
  const stored = files.read('admin-token')?.trim()
  if (stored) return stored
  const token = randomBytes(32).toString('hex')
  files.write('admin-token', token)
  return token
}

export function adminTokenAuthenticator(adminToken: string): TokenAuthenticator {
  const expected = digest(adminToken)
  return (token) =>
    timingSafeEqual(digest(token), expected) ? { name: 'admin', groups: [mastersGroup] } : undefined
}

/** Digests have equal lengths, which the constant-time comparison requires. */
function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
