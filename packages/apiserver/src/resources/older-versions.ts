/**
 * Versions of groups that Kubernetes 1.32 can still read, though it serves newer ones only (from the
 * versions that the packages under `staging/src/k8s.io/api` register).
 */
const olderVersions: Readonly<Record<string, readonly string[]>> = {
  'admissionregistration.k8s.io': ['v1alpha1', 'v1beta1'],
  'apiextensions.k8s.io': ['v1beta1'],
  'apiregistration.k8s.io': ['v1beta1'],
  apps: ['v1beta1', 'v1beta2'],
  'authentication.k8s.io': ['v1alpha1', 'v1beta1'],
  'authorization.k8s.io': ['v1beta1'],
  autoscaling: ['v2beta1', 'v2beta2'],
  batch: ['v1beta1'],
  'certificates.k8s.io': ['v1alpha1', 'v1beta1'],
  'coordination.k8s.io': ['v1alpha2', 'v1beta1'],
  'discovery.k8s.io': ['v1beta1'],
  'events.k8s.io': ['v1beta1'],
  'flowcontrol.apiserver.k8s.io': ['v1beta1', 'v1beta2', 'v1beta3'],
  'networking.k8s.io': ['v1alpha1', 'v1beta1'],
  'node.k8s.io': ['v1alpha1', 'v1beta1'],
  policy: ['v1beta1'],
  'rbac.authorization.k8s.io': ['v1alpha1', 'v1beta1'],
  'scheduling.k8s.io': ['v1alpha1', 'v1beta1'],
  'storage.k8s.io': ['v1alpha1', 'v1beta1'],
}

/** Kinds that `extensions/v1beta1` had before they moved. */
const formerExtensions: readonly string[] = [
  'apps/DaemonSet',
  'apps/Deployment',
  'apps/ReplicaSet',
  'networking.k8s.io/Ingress',
  'networking.k8s.io/NetworkPolicy',
]

/** Whether an object of this kind in this version could be read, but not served. */
export function isOlderVersion(group: string, kind: string, apiVersion: string): boolean {
  if (apiVersion === 'extensions/v1beta1') return formerExtensions.includes(`${group}/${kind}`)
  const versions = Object.hasOwn(olderVersions, group) ? (olderVersions[group] ?? []) : []
  return versions.some((version) => apiVersion === `${group}/${version}`)
}
