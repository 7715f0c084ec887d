import { checkDnsLabel, checkDnsSubdomain } from '@fairlead/kube-core'

/** The user who makes a request. */
export interface User {
  readonly name: string
  readonly groups: readonly string[]
  readonly uid?: string
  /** What the authenticator knows besides, such as which token or certificate was used. */
  readonly extra?: Readonly<Record<string, readonly string[]>>
}

export const anonymousUser: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] }

/** Members of this group are allowed everything. */
export const mastersGroup = 'system:masters'

export const authenticatedGroup = 'system:authenticated'

/** The server itself, as Kubernetes calls it when it speaks to itself. */
export const apiServerUser: User = {
  name: 'system:apiserver',
  groups: [mastersGroup, authenticatedGroup],
}

/**
 * A controller, by the name of its service account in kube-controller-manager, such as
 * `namespace-controller`.
 */
export function controllerUser(name: string): User {
  return authenticated(serviceAccountUser('kube-system', name))
}

export const unauthenticatedGroup = 'system:unauthenticated'

/** The key of `extra` that names the credential: a certificate's digest or a token's id. */
export const credentialIdKey = 'authentication.kubernetes.io/credential-id'

/** The user as a member of `system:authenticated`. */
export function authenticated(user: User): User {
  const { groups } = user
  if (groups.includes(authenticatedGroup)) return user
  return { ...user, groups: [...groups, authenticatedGroup] }
}

/** The user that a service account is, and the groups that each is a member of. */
export function serviceAccountUser(namespace: string, name: string): User {
  return {
    name: `system:serviceaccount:${namespace}:${name}`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`],
  }
}

/** The account of a user name such as `system:serviceaccount:default:robot`. */
export function serviceAccountOf(
  userName: string,
): { readonly namespace: string; readonly name: string } | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(userName) ?? []
  if (namespace === undefined || name === undefined) return undefined
  const isValid = checkDnsLabel(namespace).length === 0 && checkDnsSubdomain(name).length === 0
  return isValid ? { namespace, name } : undefined
}
