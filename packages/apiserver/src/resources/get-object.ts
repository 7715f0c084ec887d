import { errors, type KubernetesObject } from '@fairlead/kube-core'

import type { ResourceContext } from './resource-context.ts'
import { resourceName, toServed } from '../definitions/resource-definition.ts'
import { storageKeyOf, type ObjectTarget } from './resource-target.ts'

/** The current object in the served version. @throws StatusError 404 */
export function getObject(context: ResourceContext, target: ObjectTarget): KubernetesObject {
  const stored = context.storage.get(storageKeyOf(target))
  if (stored === undefined) throw errors.notFound(resourceName(target.definition), target.name)
  return toServed(target.definition, stored)
}
