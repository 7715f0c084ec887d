import type { TypedObject } from '@fairlead/kube-core'
import type { ResourceIdentity } from '@fairlead/snapshot'

/** `namespace/name`: how resources are keyed in every map of a snapshot. */
export function resourceKey(namespace: string, name: string): string {
  return `${namespace}/${name}`
}

/** An object's namespace; objects read from a file without one are in `default`. */
export function namespaceOf(resource: TypedObject): string {
  return resource.metadata.namespace ?? 'default'
}

export function nameOf(resource: TypedObject): string {
  return resource.metadata.name ?? ''
}

export function keyOf(resource: TypedObject): string {
  return resourceKey(namespaceOf(resource), nameOf(resource))
}

export function identityOf(resource: TypedObject): ResourceIdentity {
  return {
    namespace: namespaceOf(resource),
    name: nameOf(resource),
    generation: resource.metadata.generation ?? 0,
  }
}
