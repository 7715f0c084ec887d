import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

import type { CredentialFiles } from '../pki/credential-files.ts'
import type { Storage } from '../storage/storage.ts'
import type { TokenAuthenticator } from './authenticator.ts'

interface Claims {
  readonly sub: string
  /** Seconds since the epoch. */
  readonly exp: number
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

interface IssuedToken {
  readonly token: string
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number
}

const tokenHeader = encode({ alg: 'HS256', typ: 'JWT' })

/**
 * Tokens of service accounts: signed, valid for a time, and only as long as the account exists.
 * The key is made once and found again.
 */
export class ServiceAccountTokens {
  readonly #key: Buffer
  readonly #storage: Storage
  readonly #now: () => number

  constructor(files: CredentialFiles, storage: Storage, now: () => number) {
    const stored = files.read('token.key')
    this.#key = stored === undefined ? randomBytes(32) : Buffer.from(stored, 'hex')
    if (stored === undefined) files.write('token.key', this.#key.toString('hex'))
    this.#storage = storage
    this.#now = now
  }

  issue(
    account: { namespace: string; name: string; uid: string },
    lifetimeMs: number,
  ): IssuedToken {
    const expiresAtMs = this.#now() + lifetimeMs
    const { namespace, name, uid } = account
    const sub = `system:serviceaccount:${namespace}:${name}`
    const claims: Claims = { sub, exp: Math.floor(expiresAtMs / 1000), namespace, name, uid }
    const content = `${tokenHeader}.${encode(claims)}`
    return { token: `${content}.${this.#sign(content).toString('base64url')}`, expiresAtMs }
  }

  readonly authenticate: TokenAuthenticator = (token) => {
    const [header, payload, signature] = token.split('.')
    if (header !== tokenHeader || payload === undefined || signature === undefined) return undefined
    const given = Buffer.from(signature, 'base64url')
    const expected = this.#sign(`${header}.${payload}`)
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Claims
    if (claims.exp * 1000 <= this.#now()) return undefined
    const { sub, namespace, name, uid } = claims
    const account = this.#storage.get({ resource: 'serviceaccounts', namespace, name })
    if (account?.metadata.uid !== uid) return undefined
    return {
      name: sub,
      uid,
      groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
    }
  }

  #sign(content: string): Buffer {
    return createHmac('sha256', this.#key).update(content).digest()
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
