import type { JsonObject } from '@fairlead/base'

import { convertedRequest } from '../admission-matching/converted-request.ts'
import { describeRequest } from '../admission-matching/described-request.ts'
import type { Invocation } from './invocation.ts'

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
  const { object, oldObject } = convertedRequest(request, as)
  return {
    kind: 'AdmissionReview',
    apiVersion: `admission.k8s.io/${version}`,
    request: {
      uid,
      ...describeRequest(request, as),
      object: object ?? null,
      oldObject: oldObject ?? null,
    },
  }
}
