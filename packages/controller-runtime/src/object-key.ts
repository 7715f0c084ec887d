import type { TypedObject } from '@fairlead/kube-core'

/** Identifies an object of a kind. Cluster-scoped objects have no namespace. */
export interface ObjectKey {
  readonly namespace?: string
  readonly name: string
}

/** Identifies an object of a kind whose objects are in namespaces. */
interface NamespacedKey extends ObjectKey {
  readonly namespace: string
}

/** Identifies an object of a kind whose objects are in no namespace. */
interface ClusterKey extends ObjectKey {
  readonly namespace?: never
}

/** Identifies an object of that kind: with a namespace if, and only if, the kind has them. */
export type KeyOf<T extends TypedObject> = T['metadata'] extends { namespace: string }
  ? NamespacedKey
  : T['metadata'] extends { namespace?: never }
    ? ClusterKey
    : ObjectKey

/** What a list of that kind may be limited to: no namespace if the kind has none. */
export type NamespaceOf<T extends TypedObject> = Pick<Partial<KeyOf<T>>, 'namespace'>

/** `namespace/name`, or only the name for a cluster-scoped object. Unique within a kind. */
export function keyText(key: ObjectKey): string {
  return key.namespace === undefined || key.namespace === ''
    ? key.name
    : `${key.namespace}/${key.name}`
}

/** The key of an object as returned by the API server. */
export function keyOf(object: TypedObject): ObjectKey {
  const { namespace, name = '' } = object.metadata
  return namespace === undefined ? { name } : { namespace, name }
}
