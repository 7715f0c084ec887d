import { errors, type StatusError } from '@fairlead/kube-core'

import { anonymousUser, mastersGroup, type User } from './user.ts'

/** What a request wants to do. With `path` it is about a URL that is no resource. */
export interface Access {
  readonly verb: string
  readonly group: string
  readonly resource: string
  readonly namespace: string
  readonly name: string
  readonly path?: string
}

type Decision = { readonly allowed: true } | { readonly allowed: false; readonly reason: string }

/** Questions that every authenticated user may ask. */
const selfReviews: ReadonlySet<string> = new Set([
  'selfsubjectaccessreviews',
  'selfsubjectrulesreviews',
  'selfsubjectreviews',
])

/**
 * Members of `system:masters` may do everything. Other authenticated users may read discovery,
 * OpenAPI and their own access, and nothing else: roles and bindings are stored, not enforced.
 */
export function decideAccess(user: User, access: Access): Decision {
  if (user.groups.includes(mastersGroup)) return { allowed: true }
  if (user.name === anonymousUser.name) return denied('anonymous users may only read the version')
  if (access.path !== undefined) {
    return access.verb === 'get' ? { allowed: true } : denied('only reading is allowed')
  }
  if (access.verb === 'create' && selfReviews.has(access.resource)) return { allowed: true }
  return denied(`only members of ${mastersGroup} may`)
}

/** The refusal in the API server's wording. */
export function forbiddenFor(user: User, access: Access): StatusError {
  const { verb, group, resource, namespace, name, path } = access
  if (path !== undefined) {
    return errors.forbidden(
      '',
      '',
      `User ${JSON.stringify(user.name)} cannot ${verb} path "${path}"`,
    )
  }
  const scope = namespace === '' ? 'at the cluster scope' : `in the namespace "${namespace}"`
  return errors.forbidden(
    group === '' ? resource : `${resource}.${group}`,
    name,
    `User ${JSON.stringify(user.name)} cannot ${verb} resource "${resource}" in API group "${group}" ${scope}`,
  )
}

function denied(reason: string): Decision {
  return { allowed: false, reason }
}
