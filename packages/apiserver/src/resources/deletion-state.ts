import type { KubernetesObject } from '@fairlead/kube-core'

/**
 * Whether an object is being deleted, has no finalizers left, and nobody has to be given time to end
 * it.
 */
export function isDone(object: KubernetesObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers } = object.metadata
  if (deletionTimestamp === undefined || deletionGracePeriodSeconds > 0) return false
  return !finalizers?.length && !hasSpecFinalizers(object)
}

/** A namespace is kept by `spec.finalizers` as well as `metadata.finalizers`. */
function hasSpecFinalizers({ kind, apiVersion, spec }: KubernetesObject): boolean {
  if (kind !== 'Namespace' || apiVersion !== 'v1') return false
  const finalizers = (spec as { finalizers?: unknown[] } | undefined)?.finalizers
  return finalizers !== undefined && finalizers.length > 0
}
