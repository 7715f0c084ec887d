import type { AdmissionRequest } from '../admission/admission-request.ts'
import { toServed, toStored, type ResourceDefinition } from '../definitions/resource-definition.ts'

/** The request with its objects in the version of `as`, the resource that a rule means. */
export function convertedRequest(
  request: AdmissionRequest,
  as: ResourceDefinition,
): AdmissionRequest {
  const { definition, object, oldObject } = request
  if (as === definition || request.kind !== undefined) return request
  return {
    ...request,
    ...(object === undefined ? {} : { object: toServed(as, toStored(definition, object)) }),
    ...(oldObject === undefined
      ? {}
      : { oldObject: toServed(as, toStored(definition, oldObject)) }),
  }
}
