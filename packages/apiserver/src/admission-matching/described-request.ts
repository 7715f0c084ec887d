import type { JsonObject } from '@fairlead/base'

import type { AdmissionRequest } from '../admission/admission-request.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { requestNamespace } from './request-namespace.ts'

/**
 * A request as webhooks are told of it and as expressions see it: an AdmissionRequest of
 * `admission.k8s.io/v1` without its uid and its objects.
 *
 * @param as the resource that a rule means, which may be another version than that of the request
 */
export function describeRequest(request: AdmissionRequest, as: ResourceDefinition): JsonObject {
  const { definition, subresource, name, operation, options, dryRun } = request
  const namespace = requestNamespace(request)
  return {
    kind: kindOf(request, as),
    resource: resourceOf(as),
    ...(subresource === undefined ? {} : { subResource: subresource }),
    requestKind: kindOf(request, definition),
    requestResource: resourceOf(definition),
    ...(subresource === undefined ? {} : { requestSubResource: subresource }),
    ...(name === '' ? {} : { name }),
    ...(namespace === '' ? {} : { namespace }),
    operation,
    userInfo: userInfo(request),
    dryRun,
    options,
  }
}

function kindOf({ kind }: AdmissionRequest, as: ResourceDefinition): JsonObject {
  const { group, version, kind: name } = kind ?? as
  return { group, version, kind: name }
}

function resourceOf({ group, version, plural }: ResourceDefinition): JsonObject {
  return { group, version, resource: plural }
}

function userInfo({ user }: AdmissionRequest): JsonObject {
  const { name, uid, groups, extra = {} } = user
  const said = Object.entries(extra).map(([key, values]) => [key, [...values]] as const)
  return {
    username: name,
    ...(uid ? { uid } : {}),
    groups: [...groups],
    ...(said.length === 0 ? {} : { extra: Object.fromEntries(said) }),
  }
}
