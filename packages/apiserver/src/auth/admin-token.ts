import { randomBytes } from 'node:crypto'

import type { CredentialFiles } from '@fairlead/pki'

/** The administrator's bearer token: created once, then reused. */
export function loadAdminToken(files: CredentialFiles): string {
  const stored = files.read('admin-token')?.trim()
  if (stored) return stored
  const token = randomBytes(32).toString('hex')
  files.write('admin-token', token)
  return token
}
