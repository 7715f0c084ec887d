import type { KubernetesObject, OwnerReference } from '@fairlead/kube-core'

/** The reference by which a controller's object owns another. As NewControllerRef in apimachinery. */
export function controllerReference({
  apiVersion,
  kind,
  metadata,
}: KubernetesObject): OwnerReference {
  const { name = '', uid = '' } = metadata
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }
}
