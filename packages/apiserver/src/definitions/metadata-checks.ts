/** How often the validation of a kind looks at the metadata of an update, besides the server itself. */
interface MetadataChecks {
  /** At all of it, as ValidateObjectMeta. */
  readonly whole: number
  /** At what has changed, as ValidateObjectMetaUpdate. */
  readonly change: number
}

/** Kinds whose validation of an update begins with that of a creation. */
const validatedAnew: readonly string[] = [
  'apiservices.apiregistration.k8s.io',
  'certificatesigningrequests.certificates.k8s.io',
  'clusterrolebindings.rbac.authorization.k8s.io',
  'clusterroles.rbac.authorization.k8s.io',
  'controllerrevisions.apps',
  'csistoragecapacities.storage.k8s.io',
  'daemonsets.apps',
  'ingressclasses.networking.k8s.io',
  'jobs.batch',
  'networkpolicies.networking.k8s.io',
  'replicasets.apps',
  'rolebindings.rbac.authorization.k8s.io',
  'roles.rbac.authorization.k8s.io',
  'runtimeclasses.node.k8s.io',
  'storageclasses.storage.k8s.io',
]

/** Kinds whose validation of an update is only that of a creation. */
const validatedAsNew: readonly string[] = [
  'endpointslices.discovery.k8s.io',
  'flowschemas.flowcontrol.apiserver.k8s.io',
  'mutatingwebhookconfigurations.admissionregistration.k8s.io',
  'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io',
  'validatingadmissionpolicies.admissionregistration.k8s.io',
  'validatingadmissionpolicybindings.admissionregistration.k8s.io',
  'validatingwebhookconfigurations.admissionregistration.k8s.io',
]

/** Kinds of which that of a creation runs twice. */
const validatedTwice: readonly string[] = [
  'csinodes.storage.k8s.io',
  'volumeattachments.storage.k8s.io',
]

const usual: MetadataChecks = { whole: 0, change: 1 }
const none: MetadataChecks = { whole: 0, change: 0 }
const checks: ReadonlyMap<string, MetadataChecks> = new Map([
  ...validatedAnew.map((name) => [name, { whole: 1, change: 1 }] as const),
  ...validatedAsNew.map((name) => [name, { whole: 1, change: 0 }] as const),
  ...validatedTwice.map((name) => [name, { whole: 2, change: 0 }] as const),
  ['poddisruptionbudgets.policy', none],
])

/** Of an update of the status, where it is not the usual. */
const statusChecks: ReadonlyMap<string, MetadataChecks> = new Map([
  ['certificatesigningrequests.certificates.k8s.io', { whole: 1, change: 1 }],
  ['cronjobs.batch', none],
  ['flowschemas.flowcontrol.apiserver.k8s.io', none],
  ['poddisruptionbudgets.policy', none],
  ['prioritylevelconfigurations.flowcontrol.apiserver.k8s.io', none],
  ['validatingadmissionpolicies.admissionregistration.k8s.io', none],
  ['volumeattachments.storage.k8s.io', { whole: 2, change: 0 }],
])

/**
 * Those of an update of a kind, given as `plural.group`, or of its status (ValidateUpdate of its
 * strategies).
 */
export function metadataChecksOf(resource: string, subresource?: string): MetadataChecks {
  return (subresource === 'status' ? statusChecks : checks).get(resource) ?? usual
}

/**
 * Kinds whose own validation of a creation does not look at metadata: only when it finds nothing
 * does the server.
 */
const metadataLast: ReadonlySet<string> = new Set(['poddisruptionbudgets.policy'])

/** Whether the metadata of a new object, of a kind given as `plural.group`, is judged last. */
export function judgesMetadataLast(resource: string): boolean {
  return metadataLast.has(resource)
}
