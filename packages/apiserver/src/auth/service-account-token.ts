import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'

import type { CredentialFiles } from '../pki/credential-files.ts'
import type { Storage } from '../storage/storage.ts'
import type { TokenAuthenticator } from './authenticator.ts'
import type { User } from './user.ts'

interface Claims {
  readonly sub: string
  /** Seconds since the epoch. */
  readonly exp: number
  /** Whom it is for; a token of an earlier version has none, and is for the API. */
  readonly aud?: readonly string[]
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

interface IssuedToken {
  readonly token: string
  /** Milliseconds since the epoch. */
  readonly expiresAtMs: number
}

/** The audience of tokens that are for this API, as Kubernetes names it. */
const apiAudience = 'https://kubernetes.default.svc'

/** Whose a token is, and which of the wanted audiences it is for. */
interface ReviewedToken {
  readonly user: User
  readonly audiences: readonly string[]
}

const tokenHeader = encode({ alg: 'HS256', typ: 'JWT' })

/**
 * Tokens of service accounts: signed, valid for a limited time and only while the account exists.
 * The key is created once and reused.
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
    audiences: readonly string[] = [],
  ): IssuedToken {
    const expiresAtMs = this.#now() + lifetimeMs
    const { namespace, name, uid } = account
    const sub = `system:serviceaccount:${namespace}:${name}`
    const aud = audiences.length === 0 ? [apiAudience] : audiences
    const claims: Claims = { sub, exp: Math.floor(expiresAtMs / 1000), aud, namespace, name, uid }
    const content = `${tokenHeader}.${encode(claims)}`
    return { token: `${content}.${this.#sign(content).toString('base64url')}`, expiresAtMs }
  }

  readonly authenticate: TokenAuthenticator = (token) => this.review(token, [])?.user

  /** Without audiences, the token must be for the API. Undefined for every other token. */
  review(token: string, audiences: readonly string[]): ReviewedToken | undefined {
    const wanted = audiences.length === 0 ? [apiAudience] : audiences
    const claims = this.#claimsOf(token)
    if (claims === undefined) return undefined
    const { aud = [apiAudience], sub, namespace, uid } = claims
    const found = wanted.filter((audience) => aud.includes(audience))
    if (found.length === 0) return undefined
    const groups = ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
    return { user: { name: sub, uid, groups }, audiences: found }
  }

  /** Of a token that is signed, has not expired, and whose account exists. */
  #claimsOf(token: string): Claims | undefined {
    const [header, payload, signature] = token.split('.')
    if (header !== tokenHeader || payload === undefined || signature === undefined) return undefined
    const given = Buffer.from(signature, 'base64url')
    const expected = this.#sign(`${header}.${payload}`)
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Claims
    if (claims.exp * 1000 <= this.#now()) return undefined
    const { namespace, name, uid } = claims
    const account = this.#storage.get({ resource: 'serviceaccounts', namespace, name })
    return account?.metadata.uid === uid ? claims : undefined
  }

  #sign(content: string): Buffer {
    return createHmac('sha256', this.#key).update(content).digest()
  }
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}
