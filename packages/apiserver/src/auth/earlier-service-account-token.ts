import { createHmac, timingSafeEqual } from 'node:crypto'

import { arrayOrEmpty } from '@fairlead/base'
import type { CredentialFiles } from '@fairlead/pki'

import type { Storage } from '../storage/storage.ts'
import type { TokenAuthenticator } from './token-authenticator.ts'
import { tokenParts } from './token-claims.ts'
import { serviceAccountUser } from './user.ts'

/** The audience that tokens without one are for. */
const earlierAudience = 'https://kubernetes.default.svc'

/**
 * Knows the tokens that earlier versions issued, signed with a secret (HS256). None are issued any
 * more; those of an existing data directory stay valid until they expire or their account ends.
 * @returns undefined where no earlier version has left its secret
 */
export function earlierServiceAccountTokens(
  files: CredentialFiles,
  storage: Pick<Storage, 'get'>,
  now: () => number,
): TokenAuthenticator | undefined {
  const stored = files.read('token.key')
  if (stored === undefined) return undefined
  const key = Buffer.from(stored, 'hex')
  return {
    authenticate(token, audiences = []) {
      const parts = tokenParts(token)
      if (parts?.header['alg'] !== 'HS256') return undefined
      const given = Buffer.from(parts.signature, 'base64url')
      const expected = createHmac('sha256', key).update(parts.content).digest()
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
      const { namespace, name, uid, exp, aud } = parts.payload
      if (Number(exp) * 1000 <= now()) return { refused: 'service account token has expired' }
      const account = {
        resource: 'serviceaccounts',
        namespace: String(namespace),
        name: String(name),
      }
      if (storage.get(account)?.metadata.uid !== uid) {
        return { refused: 'service account token has been invalidated' }
      }
      const own = aud === undefined ? [earlierAudience] : arrayOrEmpty(aud)
      const wanted = audiences.length === 0 ? [earlierAudience] : audiences
      const found = wanted.filter((audience) => own.includes(audience))
      const user = { ...serviceAccountUser(account.namespace, account.name), uid: String(uid) }
      return found.length === 0 ? undefined : { user, audiences: found }
    },
  }
}
