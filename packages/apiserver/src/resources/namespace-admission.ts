import { errors } from '@fairlead/kube-core'

import type { ResourceContext } from './resource-context.ts'
import { resourceName } from '../definitions/resource-definition.ts'
import type { CollectionTarget } from './resource-target.ts'

/**
 * Refuses to create an object in a namespace that does not exist or is being deleted.
 * @throws StatusError 404 or 403
 */
export function admitToNamespace(
  context: ResourceContext,
  target: CollectionTarget,
  name: string,
): void {
  if (!target.definition.namespaced) return
  const { namespace } = target
  const found = context.storage.get({ resource: 'namespaces', namespace: '', name: namespace })
  if (found === undefined) throw errors.notFound('namespaces', namespace)
  if (found.metadata.deletionTimestamp !== undefined) {
    throw errors.forbidden(
      resourceName(target.definition),
      name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
    )
  }
}
