import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'

import { errors } from '@fairlead/kube-core'

import { anonymousUser, authenticatedGroup, type User } from './user.ts'

/** Returns the user of a bearer token, or undefined when the token is unknown. */
export type TokenAuthenticator = (token: string) => User | undefined

/** Determines who makes a request. */
export class Authenticator {
  readonly #tokens: readonly TokenAuthenticator[]
  /** A connection's certificate stays the same; decoding it costs as much as a small request. */
  readonly #certified = new WeakMap<TLSSocket, User | 'nobody'>()

  constructor(tokens: readonly TokenAuthenticator[]) {
    this.#tokens = tokens
  }

  /**
   * The subject of a client certificate signed by our CA (CN is the name, O are the groups), else
   * the owner of the bearer token, else the anonymous user.
   * @throws StatusError 401 for an unknown token
   */
  userOf({ socket, headers }: IncomingMessage): User {
    const certified = socket instanceof TLSSocket ? this.#certifiedUser(socket) : 'nobody'
    if (certified !== 'nobody') return certified
    const { authorization } = headers
    if (authorization === undefined) return anonymousUser
    const token = /^Bearer\s+(\S+)\s*$/i.exec(authorization)?.[1]
    if (token === undefined) return anonymousUser
    for (const authenticator of this.#tokens) {
      const user = authenticator(token)
      if (user !== undefined) return withAuthenticatedGroup(user)
    }
    throw errors.unauthorized()
  }

  #certifiedUser(socket: TLSSocket): User | 'nobody' {
    const known = this.#certified.get(socket)
    if (known !== undefined) return known
    const user = userFromCertificate(socket)
    this.#certified.set(socket, user)
    return user
  }
}

function userFromCertificate(socket: TLSSocket): User | 'nobody' {
  if (!socket.authorized) return 'nobody'
  const { subject } = socket.getPeerCertificate()
  const name = textOf(subject?.CN)[0]
  if (name === undefined) return 'nobody'
  return withAuthenticatedGroup({ name, groups: textOf(subject.O) })
}

function textOf(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}

function withAuthenticatedGroup(user: User): User {
  return { ...user, groups: [...new Set([...user.groups, authenticatedGroup])] }
}
