import type { AdmissionRequest } from '../admission/admission-request.ts'

/** What decides on admission itself; otherwise a mistake in one could not be mended any more. */
const deciding: ReadonlySet<string> = new Set(
  [
    'mutatingadmissionpolicies',
    'mutatingadmissionpolicybindings',
    'mutatingwebhookconfigurations',
    'validatingadmissionpolicies',
    'validatingadmissionpolicybindings',
    'validatingwebhookconfigurations',
  ].map((plural) => `admissionregistration.k8s.io/${plural}`),
)

/** Questions that a server has to answer whatever policies say. */
const questions: ReadonlySet<string> = new Set([
  'authentication.k8s.io/selfsubjectreviews',
  'authentication.k8s.io/tokenreviews',
  'authorization.k8s.io/localsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectaccessreviews',
  'authorization.k8s.io/selfsubjectrulesreviews',
  'authorization.k8s.io/subjectaccessreviews',
])

/** Whether webhooks are not asked about a request. */
export function isExemptFromWebhooks(request: AdmissionRequest): boolean {
  return deciding.has(resourceOf(request))
}

/**
 * Whether policies are not asked about a request. Unlike webhooks they are asked about what decides on
 * admission, as those of Kubernetes 1.32 are.
 */
export function isExemptFromPolicies(request: AdmissionRequest): boolean {
  return questions.has(resourceOf(request))
}

function resourceOf({ definition: { group, plural } }: AdmissionRequest): string {
  return `${group}/${plural}`
}
