import type { JsonObject } from '@fairlead/base'
import { type KubernetesObject } from '@fairlead/kube-core'

import type { AdmissionRequest } from '../admission/admission-request.ts'
import { requestNamespace } from '../admission-matching/request-namespace.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import { convertedRequest, type Invocation } from './invocation.ts'

/** The versions of AdmissionReview that are spoken; a webhook's first one that is known counts. */
type ReviewVersion = 'v1' | 'v1beta1'

/** The version that a webhook is asked in; undefined when it accepts none that is known. */
export function reviewVersion(accepted: readonly string[]): ReviewVersion | undefined {
  return accepted.find((each): each is ReviewVersion => each === 'v1' || each === 'v1beta1')
}

/** The question to a webhook, as CreateV1AdmissionReview in Kubernetes' apiserver writes it. */
export function admissionReview(
  invocation: Invocation,
  version: ReviewVersion,
  uid: string,
): JsonObject {
  const { request, as } = invocation
  const { definition, subresource, name, operation, options, dryRun } = request
  const { object, oldObject } = convertedRequest(invocation)
  const namespace = requestNamespace(request)
  return {
    kind: 'AdmissionReview',
    apiVersion: `admission.k8s.io/${version}`,
    request: {
      uid,
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
      object: orNull(object),
      oldObject: orNull(oldObject),
      dryRun,
      options,
    },
  }
}

function orNull(object: KubernetesObject | undefined): KubernetesObject | null {
  return object ?? null
}

function kindOf({ kind }: AdmissionRequest, as: ResourceDefinition): JsonObject {
  const { group, version, kind: name } = kind ?? as
  return { group, version, kind: name }
}

function resourceOf({ group, version, plural }: ResourceDefinition): JsonObject {
  return { group, version, resource: plural }
}

function userInfo({ user }: AdmissionRequest): JsonObject {
  const { name, uid, groups } = user
  return { username: name, ...(uid ? { uid } : {}), groups: [...groups] }
}
