import type { KubernetesObject } from '@fairlead/kube-core'

/** Whether an object is being deleted and has no finalizers left. */
export function isDone(object: KubernetesObject): boolean {
  const { deletionTimestamp, finalizers } = object.metadata
  return deletionTimestamp !== undefined && !finalizers?.length && !hasSpecFinalizers(object)
}

/** A namespace is kept by `spec.finalizers` as well as `metadata.finalizers`. */
function hasSpecFinalizers({ kind, apiVersion, spec }: KubernetesObject): boolean {
  if (kind !== 'Namespace' || apiVersion !== 'v1') return false
  const finalizers = (spec as { finalizers?: unknown[] } | undefined)?.finalizers
  return finalizers !== undefined && finalizers.length > 0
}
