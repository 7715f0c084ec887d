import type { KubernetesObject } from '@fairlead/kube-core'

/** Where an object is, among those of its resource; the namespace is empty for cluster scope. */
export interface ObjectKey {
  readonly namespace: string
  readonly name: string
}

export function keyOf({ metadata }: KubernetesObject): ObjectKey {
  return { namespace: metadata.namespace ?? '', name: metadata.name ?? '' }
}
