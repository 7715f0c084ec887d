import { StatusError } from '@fairlead/kube-core'

import type { AdmissionRequest } from '../admission/admission-request.ts'
import { forbidden } from '../admission/forbidden.ts'
import type { Refusal } from './evaluate-policy.ts'

const codes: ReadonlyMap<string, number> = new Map([
  ['Forbidden', 403],
  ['Unauthorized', 401],
  ['RequestEntityTooLarge', 413],
])

/** Whose refusal it is; without a binding the policy itself is at fault. */
export interface Denial extends Refusal {
  readonly policy: string
  readonly binding?: string
}

/** The refusal of a policy, as Kubernetes' validating dispatcher words it. */
export function policyDenial(request: AdmissionRequest, denial: Denial): StatusError {
  const { policy, binding, message, reason } = denial
  const bound = binding === undefined ? '' : ` with binding '${binding}'`
  const text = `ValidatingAdmissionPolicy '${policy}'${bound} denied request: ${message}`
  const { status } = forbidden(request, text)
  return new StatusError({
    ...status,
    reason: reason || 'Invalid',
    code: codes.get(reason) ?? 422,
    details: { ...status.details, causes: [{ message: text }] },
  })
}
