import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'

import { errors } from '@fairlead/kube-core'

import { anonymousUser, authenticatedGroup, type User } from './user.ts'

/** Returns the user of a bearer token, or undefined when the token is unknown. */
export type TokenAuthenticator = (token: string) => User | undefined

/**
 * Determines who makes a request: the subject of a client certificate signed by our CA (CN is the
 * name, O are the groups), else the owner of the bearer token, else the anonymous user.
 * @throws StatusError 401 for an unknown token
 */
export function authenticate(
  request: IncomingMessage,
  authenticators: readonly TokenAuthenticator[],
): User {
  const certified = userFromCertificate(request.socket)
  if (certified !== undefined) return withAuthenticatedGroup(certified)
  const authorization = request.headers.authorization
  if (authorization === undefined) return anonymousUser
  const token = /^Bearer\s+(\S+)\s*$/i.exec(authorization)?.[1]
  if (token === undefined) return anonymousUser
  for (const authenticator of authenticators) {
    const user = authenticator(token)
    if (user !== undefined) return withAuthenticatedGroup(user)
  }
  throw errors.unauthorized()
}

function userFromCertificate(socket: unknown): User | undefined {
  if (!(socket instanceof TLSSocket) || !socket.authorized) return undefined
  const { subject } = socket.getPeerCertificate()
  const name = textOf(subject?.CN)[0]
  return name === undefined ? undefined : { name, groups: textOf(subject.O) }
}

function textOf(value: string | string[] | undefined): string[] {
  return value === undefined ? [] : Array.isArray(value) ? value : [value]
}

function withAuthenticatedGroup(user: User): User {
  return { ...user, groups: [...new Set([...user.groups, authenticatedGroup])] }
}
