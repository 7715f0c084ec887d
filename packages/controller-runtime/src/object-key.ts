import type { KubernetesObject } from '@fairlead/kube-core'

/** Identifies an object of a kind. Cluster-scoped objects have no namespace. */
export interface ObjectKey {
  readonly namespace?: string
  readonly name: string
}

/** `namespace/name`, or only the name for a cluster-scoped object. Unique within a kind. */
export function keyText(key: ObjectKey): string {
  return key.namespace === undefined || key.namespace === ''
    ? key.name
    : `${key.namespace}/${key.name}`
}

/** The key of an object as returned by the API server. */
export function keyOf(object: KubernetesObject): ObjectKey {
  const { namespace, name = '' } = object.metadata
  return namespace === undefined ? { name } : { namespace, name }
}
