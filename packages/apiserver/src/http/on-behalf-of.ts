import { errors } from '@fairlead/kube-core'

import type { Authorizer } from '../auth/authorizer.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import type { ResourceContext, WriteContext } from '../resources/resource-context.ts'
import { accessOf } from './request-access.ts'
import type { ResourcePath } from './request-path.ts'
import { StorageUntilDeadline } from './storage-until-deadline.ts'

/**
 * What a request writes with: its user, what that user may create, its response's
 * warnings, and its time.
 */
export function onBehalfOf(
  context: ResourceContext,
  authorizer: Authorizer,
  request: ApiRequest,
  path: ResourcePath,
): WriteContext {
  const { user, warn, deadline, method } = request
  const { storage } = context
  return {
    ...context,
    storage:
      deadline === undefined || method === 'GET'
        ? storage
        : new StorageUntilDeadline(storage, deadline),
    user,
    warn,
    // As withAuthorization in apiserver, in its words.
    requireCreate() {
      const access = { ...accessOf(request, path), verb: 'create' }
      const { allowed, reason } = authorizer.authorize(user, access)
      if (allowed) return
      const { group, resource, name } = access
      throw errors.forbidden(group === '' ? resource : `${resource}.${group}`, name, reason)
    },
  }
}
