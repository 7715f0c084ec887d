import type { AdmissionRequest } from '../admission/admission-request.ts'

/** What decides on admission itself; otherwise a mistake in one could not be mended any more. */
const exemptResources: ReadonlySet<string> = new Set([
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
  'mutatingwebhookconfigurations',
  'validatingadmissionpolicies',
  'validatingadmissionpolicybindings',
  'validatingwebhookconfigurations',
])

/** Whether neither webhooks nor policies are asked about a request. */
export function isExempt({ definition }: AdmissionRequest): boolean {
  return (
    definition.group === 'admissionregistration.k8s.io' && exemptResources.has(definition.plural)
  )
}
