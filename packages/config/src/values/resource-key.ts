import type { KubernetesObject } from '@fairlead/kube-core'
import type { ResourceIdentity } from '@fairlead/snapshot'

/** `namespace/name`: how resources are keyed in every map of a snapshot. */
export function resourceKey(namespace: string, name: string): string {
  return `${namespace}/${name}`
}

/** An object's namespace; objects read from a file without one are in `default`. */
export function namespaceOf(resource: KubernetesObject): string {
  return resource.metadata.namespace ?? 'default'
}

export function nameOf(resource: KubernetesObject): string {
  return resource.metadata.name ?? ''
}

export function keyOf(resource: KubernetesObject): string {
  return resourceKey(namespaceOf(resource), nameOf(resource))
}

export function identityOf(resource: KubernetesObject): ResourceIdentity {
  return {
    namespace: namespaceOf(resource),
    name: nameOf(resource),
    generation: resource.metadata.generation ?? 0,
  }
}
