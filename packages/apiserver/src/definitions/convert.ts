import type { KubernetesObject } from '@fairlead/kube-core'

import { toServed, toStored, type ResourceDefinition } from './resource-definition.ts'

/**
 * The served form of a stored object, at once unless a conversion webhook has to be asked.
 * @throws StatusError 500 when that fails; as a rejection
 */
export function servedForm(
  definition: ResourceDefinition,
  stored: KubernetesObject,
): KubernetesObject | Promise<KubernetesObject> {
  const pending = definition.conversion?.remote?.fetchServed([stored])
  if (pending === undefined) return toServed(definition, stored)
  return pending.then(() => toServed(definition, stored))
}

/** The form in which a served object is stored; as `servedForm`. */
export function storedForm(
  definition: ResourceDefinition,
  served: KubernetesObject,
): KubernetesObject | Promise<KubernetesObject> {
  const remote = definition.conversion?.remote
  if (remote === undefined || served.apiVersion === definition.storageApiVersion) {
    return toStored(definition, served)
  }
  return remote.convert(served, definition.storageApiVersion)
}

/** An object of one served version in another one of the same kind, or of the same objects. */
export function formIn(
  wanted: ResourceDefinition,
  given: ResourceDefinition,
  object: KubernetesObject,
): KubernetesObject | Promise<KubernetesObject> {
  if (wanted === given) return object
  if (wanted.conversion?.remote !== undefined) return servedForm(wanted, object)
  return toServed(wanted, toStored(given, object))
}
