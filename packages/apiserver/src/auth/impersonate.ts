import type { IncomingMessage } from 'node:http'

import { errors } from '@fairlead/kube-core'

import { decideAccess, forbiddenFor, type Access } from './authorizer.ts'
import { anonymousUser, authenticatedGroup, type User } from './user.ts'

/**
 * The effective user of a request: the authenticated one, or the one named in the
 * `Impersonate-User` and `Impersonate-Group` headers (`kubectl --as`, `--as-group`).
 * @throws StatusError 403 when the user may not impersonate, 400 for groups without a user
 */
export function impersonate(user: User, request: IncomingMessage): User {
  const name = request.headersDistinct['impersonate-user']?.[0]
  const groups = request.headersDistinct['impersonate-group'] ?? []
  if (name === undefined || name === '') {
    if (groups.length === 0) return user
    throw errors.badRequest('Impersonate-Group was given without Impersonate-User')
  }
  refuseUnlessAllowed(user, 'users', name)
  for (const group of groups) refuseUnlessAllowed(user, 'groups', group)
  if (name === anonymousUser.name)
    return { ...anonymousUser, groups: [...groups, ...anonymousUser.groups] }
  const implied = groups.length === 0 ? serviceAccountGroups(name) : []
  return { name, groups: [...new Set([...groups, ...implied, authenticatedGroup])] }
}

function refuseUnlessAllowed(user: User, resource: string, name: string): void {
  const access: Access = { verb: 'impersonate', group: '', resource, namespace: '', name }
  if (!decideAccess(user, access).allowed) throw forbiddenFor(user, access)
}

function serviceAccountGroups(name: string): string[] {
  const namespace = /^system:serviceaccount:([^:]+):[^:]+$/.exec(name)?.[1]
  if (namespace === undefined) return []
  return ['system:serviceaccounts', `system:serviceaccounts:${namespace}`]
}
