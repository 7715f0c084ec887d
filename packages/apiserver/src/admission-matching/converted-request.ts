import type { KubernetesObject } from '@fairlead/kube-core'

import type { AdmissionRequest } from '../admission/admission-request.ts'
import { toServed, toStored, type ResourceDefinition } from '../definitions/resource-definition.ts'

/**
 * The request with its objects in the version of `as`, the resource that a rule means. Where a webhook
 * converts, they must have been fetched.
 */
export function convertedRequest(
  request: AdmissionRequest,
  as: ResourceDefinition,
): AdmissionRequest {
  const { definition, object, oldObject } = request
  if (as === definition || request.kind !== undefined) return request
  const converted = (each: KubernetesObject): KubernetesObject =>
    toServed(as, as.conversion?.remote === undefined ? toStored(definition, each) : each)
  return {
    ...request,
    ...(object === undefined ? {} : { object: converted(object) }),
    ...(oldObject === undefined ? {} : { oldObject: converted(oldObject) }),
  }
}

/**
 * Gets the forms that `convertedRequest` needs for these resources, where a webhook converts; undefined
 * when nothing is to be waited for.
 * @throws StatusError 500, as a rejection, when it fails
 */
export function fetchConverted(
  request: AdmissionRequest,
  wanted: () => readonly (ResourceDefinition | undefined)[],
): Promise<void> | undefined {
  const { definition, object, oldObject, kind } = request
  if (definition.conversion?.remote === undefined || kind !== undefined) return undefined
  const objects = [object, oldObject].filter((each) => each !== undefined)
  const pending = [...new Set(wanted())].flatMap((as) => {
    if (as === undefined || as === definition) return []
    return as.conversion?.remote?.fetchServed(objects) ?? []
  })
  return pending.length === 0 ? undefined : Promise.all(pending).then(() => {})
}
