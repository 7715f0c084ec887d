import { errors, type StatusError } from '@fairlead/kube-core'

import { resourceName } from '../definitions/resource-definition.ts'
import type { AdmissionRequest } from './admission-request.ts'

/** A refusal, as NewForbidden in Kubernetes' admission package words it. */
export function forbidden(request: AdmissionRequest, why: string): StatusError {
  const { name, generateName } = request.object?.metadata ?? {}
  const subject = request.name || name || generateName || 'Unknown'
  return errors.forbidden(resourceName(request.definition), subject, why)
}
