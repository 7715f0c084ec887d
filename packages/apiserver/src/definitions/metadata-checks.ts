/** What the validation of a kind looks at: the whole of the metadata, or what an update has changed. */
type MetadataCheck = 'object' | 'update'

const usual: readonly MetadataCheck[] = ['update']
const asNewFirst: readonly MetadataCheck[] = ['object', 'update']
const asNewLast: readonly MetadataCheck[] = ['update', 'object']
const onlyAsNew: readonly MetadataCheck[] = ['object']
const twiceAsNew: readonly MetadataCheck[] = ['object', 'object']

const checks: ReadonlyMap<string, readonly MetadataCheck[]> = new Map([
  ['apiservices.apiregistration.k8s.io', asNewFirst],
  ['certificatesigningrequests.certificates.k8s.io', asNewFirst],
  ['clusterrolebindings.rbac.authorization.k8s.io', asNewFirst],
  ['clusterroles.rbac.authorization.k8s.io', asNewFirst],
  ['controllerrevisions.apps', asNewFirst],
  ['csistoragecapacities.storage.k8s.io', asNewFirst],
  ['daemonsets.apps', asNewFirst],
  ['ingressclasses.networking.k8s.io', asNewFirst],
  ['jobs.batch', asNewFirst],
  ['namespaces', asNewFirst],
  ['networkpolicies.networking.k8s.io', asNewFirst],
  ['nodes', asNewFirst],
  ['replicasets.apps', asNewFirst],
  ['replicationcontrollers', asNewFirst],
  ['rolebindings.rbac.authorization.k8s.io', asNewFirst],
  ['roles.rbac.authorization.k8s.io', asNewFirst],
  ['runtimeclasses.node.k8s.io', asNewFirst],
  ['storageclasses.storage.k8s.io', asNewFirst],

  ['configmaps', asNewLast],
  ['endpoints', asNewLast],
  ['pods', asNewLast],
  ['secrets', asNewLast],
  ['serviceaccounts', asNewLast],
  ['services', asNewLast],

  ['endpointslices.discovery.k8s.io', onlyAsNew],
  ['flowschemas.flowcontrol.apiserver.k8s.io', onlyAsNew],
  ['limitranges', onlyAsNew],
  ['mutatingwebhookconfigurations.admissionregistration.k8s.io', onlyAsNew],
  ['prioritylevelconfigurations.flowcontrol.apiserver.k8s.io', onlyAsNew],
  ['validatingadmissionpolicies.admissionregistration.k8s.io', onlyAsNew],
  ['validatingadmissionpolicybindings.admissionregistration.k8s.io', onlyAsNew],
  ['validatingwebhookconfigurations.admissionregistration.k8s.io', onlyAsNew],

  ['csinodes.storage.k8s.io', twiceAsNew],
  ['persistentvolumes', twiceAsNew],
  ['volumeattachments.storage.k8s.io', twiceAsNew],

  ['persistentvolumeclaims', ['object', 'update', 'object']],
  ['events', []],
  ['poddisruptionbudgets.policy', []],
])

/** Of an update of the status, where it is not the usual. */
const statusChecks: ReadonlyMap<string, readonly MetadataCheck[]> = new Map([
  ['certificatesigningrequests.certificates.k8s.io', asNewFirst],
  ['cronjobs.batch', []],
  ['flowschemas.flowcontrol.apiserver.k8s.io', []],
  ['poddisruptionbudgets.policy', []],
  ['prioritylevelconfigurations.flowcontrol.apiserver.k8s.io', []],
  ['validatingadmissionpolicies.admissionregistration.k8s.io', []],
  ['volumeattachments.storage.k8s.io', twiceAsNew],
])

/**
 * How often, and in which order, the validation of a kind looks at the metadata of an update, besides
 * the server itself (ValidateUpdate of the strategies). A message has each error once, its causes
 * have it as often as it is found.
 * @param resource `plural.group`, or the plural alone of the core group
 * @param subresource through which the object was changed
 */
export function metadataChecksOf(
  resource: string,
  subresource: string | undefined,
): readonly MetadataCheck[] {
  if (subresource === undefined) return checks.get(resource) ?? usual
  return (subresource === 'status' ? statusChecks.get(resource) : undefined) ?? usual
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
