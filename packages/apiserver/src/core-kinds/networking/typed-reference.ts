import { checkDnsSubdomain, checkPathSegment } from '@fairlead/kube-core'

import type { Place } from '../shared/place.ts'

/** As validateIngressTypedLocalObjectReference in Kubernetes' networking validation. */
export function validateTypedReference(reference: Place): void {
  if (reference.has('apiGroup')) {
    reference.problems('apiGroup', checkDnsSubdomain(reference.text('apiGroup')))
  }
  for (const field of ['kind', 'name']) {
    if (!reference.requireText(field, `${field} is required`)) continue
    reference.problems(field, checkPathSegment(reference.text(field)))
  }
}
