import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'

import { errors } from '@fairlead/kube-core'

import type { TokenAuthenticator } from './token-authenticator.ts'
import { anonymousUser, authenticated, credentialIdKey, type User } from './user.ts'

/** What a connection's certificate says: `refused` is one that our authority has not signed. */
type Certified =
  | { readonly user: User; readonly expiresAtMs: number }
  | { readonly user?: undefined; readonly refused: boolean }

interface AuthenticatorOptions {
  /** Milliseconds since the epoch. */
  readonly now: () => number
  /** Whether requests without credentials are let in, as those of the anonymous user. */
  readonly anonymous: boolean
}

/** Determines who makes a request. */
export class Authenticator {
  readonly #tokens: TokenAuthenticator
  readonly #options: AuthenticatorOptions
  /** A connection's certificate stays the same; decoding it costs as much as a small request. */
  readonly #certified = new WeakMap<TLSSocket, Certified>()

  constructor(tokens: TokenAuthenticator, options: AuthenticatorOptions) {
    this.#tokens = tokens
    this.#options = options
  }

  /**
   * The subject of a client certificate signed by our CA (CN is the name, O are the groups), else
   * the owner of the bearer token, else the anonymous user.
   * @throws StatusError 401 for an unknown token, and for a certificate that is not ours or has
   *   expired when no token makes up for it; without any credentials where those are needed
   */
  userOf({ socket, headers }: IncomingMessage): User {
    const certified: Certified =
      socket instanceof TLSSocket ? this.#certifiedUser(socket) : { refused: false }
    const isExpired = certified.user !== undefined && certified.expiresAtMs < this.#options.now()
    if (certified.user !== undefined && !isExpired) return certified.user
    const token = bearerToken(headers.authorization)
    if (token !== undefined) {
      const known = this.#tokens.authenticate(token)
      if (known !== undefined && known.refused === undefined) return authenticated(known.user)
      throw errors.unauthorized()
    }
    const isRefused = isExpired || (certified.user === undefined && certified.refused)
    if (isRefused || !this.#options.anonymous) throw errors.unauthorized()
    return anonymousUser
  }

  #certifiedUser(socket: TLSSocket): Certified {
    const known = this.#certified.get(socket)
    if (known !== undefined) return known
    const user = userFromCertificate(socket)
    this.#certified.set(socket, user)
    return user
  }
}

/** Undefined for other schemes, such as Basic: their user is anonymous. */
function bearerToken(authorization: string | undefined): string | undefined {
  const [, token] = /^Bearer +(\S+)\s*$/i.exec(authorization ?? '') ?? []
  return token
}

function userFromCertificate(socket: TLSSocket): Certified {
  const { subject, fingerprint256, valid_to: validTo } = socket.getPeerCertificate()
  if (!socket.authorized) return { refused: subject !== undefined }
  const name = textsOf(subject?.CN)[0]
  if (name === undefined) return { refused: false }
  const credentialId = `X509SHA256=${fingerprint256.replaceAll(':', '').toLowerCase()}`
  const user = { name, groups: textsOf(subject.O), extra: { [credentialIdKey]: [credentialId] } }
  return { user: authenticated(user), expiresAtMs: Date.parse(validTo) }
}

function textsOf(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}
