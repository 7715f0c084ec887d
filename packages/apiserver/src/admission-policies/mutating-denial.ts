import { goQuote, StatusError } from '@fairlead/kube-core'

import type { AdmissionRequest } from '../admission/admission-request.ts'
import { forbidden } from '../admission/forbidden.ts'

/** Why a mutating policy could not be carried out. */
export interface MutationFailure {
  readonly policy: string
  /** Undefined when the policy itself is at fault. */
  readonly binding: string | undefined
  readonly message: string
  /** Empty for Forbidden. */
  readonly reason: 'Invalid' | ''
}

/** The refusal of a request for which policies fail, as Kubernetes' policy dispatcher words it. */
export function mutatingDenial(
  request: AdmissionRequest,
  failures: readonly [MutationFailure, ...MutationFailure[]],
): StatusError {
  const { status } = forbidden(request, '')
  const [first] = failures
  return new StatusError({
    ...status,
    message: messageOf(first),
    ...(first.reason === '' ? {} : { reason: first.reason }),
    details: {
      ...status.details,
      causes: failures.map((failure) => ({ message: messageOf(failure) })),
    },
  })
}

function messageOf({ policy, binding, message }: MutationFailure): string {
  if (binding === undefined) return `policy ${goQuote(policy)} denied request: ${message}`
  return `policy '${policy}' with binding '${binding}' denied request: ${message}`
}
