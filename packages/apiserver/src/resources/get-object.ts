import { errors, type KubernetesObject } from '@fairlead/kube-core'

import { servedForm } from '../definitions/convert.ts'
import { resourceName } from '../definitions/resource-definition.ts'
import type { ResourceContext } from './resource-context.ts'
import { storageKeyOf, type ObjectTarget } from './resource-target.ts'

/**
 * The current object in the served version, at once unless a webhook converts it.
 * @throws StatusError 404; 500, as a rejection, when it cannot be converted
 */
export function getObject(
  context: ResourceContext,
  target: ObjectTarget,
): KubernetesObject | Promise<KubernetesObject> {
  const stored = context.storage.get(storageKeyOf(target))
  if (stored === undefined) throw errors.notFound(resourceName(target.definition), target.name)
  return servedForm(target.definition, stored)
}
