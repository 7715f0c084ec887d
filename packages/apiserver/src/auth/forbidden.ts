import { errors, goQuote, type StatusError } from '@fairlead/kube-core'

import { combinedResource, type Access } from './access.ts'
import type { Authorizer, Decision } from './authorizer.ts'
import type { User } from './user.ts'

/** @throws StatusError 403 unless the user may do this */
export function requireAccess(authorizer: Authorizer, user: User, access: Access): void {
  const decision = authorizer.authorize(user, access)
  if (!decision.allowed) throw forbiddenFor(user, access, decision)
}

/** The denial, in the API server's wording (ForbiddenStatusError of Kubernetes' apiserver). */
function forbiddenFor(
  user: User,
  access: Access,
  { reason }: Pick<Decision, 'reason'>,
): StatusError {
  const { group, resource, name, path } = access
  const because = reason === '' ? '' : `: ${reason}`
  const why = withoutMarkup(denial(user, access)) + because
  if (path !== undefined) return errors.forbidden('', '', why)
  return errors.forbidden(group === '' ? resource : `${resource}.${group}`, name, why)
}

function denial(user: User, access: Access): string {
  const { verb, group, namespace, path } = access
  const subject = `User ${goQuote(user.name)} cannot ${verb}`
  if (path !== undefined) return `${subject} path ${goQuote(path)}`
  const what = `resource ${goQuote(combinedResource(access))} in API group ${goQuote(group)}`
  const scope = namespace === '' ? 'at the cluster scope' : `in the namespace ${goQuote(namespace)}`
  return `${subject} ${what} ${scope}`
}

/** A browser that shows the message must not find elements in it. */
function withoutMarkup(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
