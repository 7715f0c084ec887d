/** Which kinds an update creates when they are missing (AllowCreateOnUpdate of their strategies). */
const createdByUpdates: ReadonlySet<string> = new Set([
  'clusterrolebindings.rbac.authorization.k8s.io',
  'clusterroles.rbac.authorization.k8s.io',
  'endpoints',
  'events',
  'events.events.k8s.io',
  'leases.coordination.k8s.io',
  'limitranges',
  'rolebindings.rbac.authorization.k8s.io',
  'roles.rbac.authorization.k8s.io',
  'runtimeclasses.node.k8s.io',
  'services',
])

/**
 * Which kinds have to be updated with a resource version (AllowUnconditionalUpdate of their
 * strategies).
 */
const updatedWithVersion: ReadonlySet<string> = new Set([
  'apiservices.apiregistration.k8s.io',
  'csidrivers.storage.k8s.io',
  'csinodes.storage.k8s.io',
  'csistoragecapacities.storage.k8s.io',
  'customresourcedefinitions.apiextensions.k8s.io',
  'leases.coordination.k8s.io',
  'mutatingadmissionpolicies.admissionregistration.k8s.io',
  'mutatingadmissionpolicybindings.admissionregistration.k8s.io',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'poddisruptionbudgets.policy',
  'runtimeclasses.node.k8s.io',
  'validatingadmissionpolicies.admissionregistration.k8s.io',
  'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
  'volumeattachments.storage.k8s.io',
])

/** How updates treat a built-in kind, given as `plural.group`. */
export function updateRulesOf(resource: string): {
  readonly createOnUpdate: boolean
  readonly unconditionalUpdate: boolean
} {
  return {
    createOnUpdate: createdByUpdates.has(resource),
    unconditionalUpdate: !updatedWithVersion.has(resource),
  }
}
