import {
  applyDefaults,
  deepFreeze,
  type DefinedResource,
  type KubernetesObject,
  type ResourceType,
} from '@fairlead/kube-core'
import { upgradeResource } from './migrations/upgrade-resource.ts'
import type { ResourceSet } from './resource-set.ts'

/**
 * A resource in the shape of today, with the defaults of its schema: what an API server with our
 * current definitions returns. A kind without a schema, such as Namespace, is left as it is.
 */
function currentResource<T extends KubernetesObject>(type: ResourceType<T>, resource: T): T {
  if (!isDefined(type)) return resource
  return deepFreeze(applyDefaults(upgradeResource(resource).resource, type.schema) as T)
}

/**
 * The edge at which resources enter: a definition in the cluster may be older than this program, so
 * what is read is brought into the current shape, once for each object.
 */
export class CurrentResources implements ResourceSet {
  readonly #list: ResourceSet['list']
  readonly #current = new WeakMap<KubernetesObject, KubernetesObject>()

  /** `list` must return the same object for as long as the resource does not change. */
  constructor(list: ResourceSet['list']) {
    this.#list = list
  }

  list<T extends KubernetesObject>(type: ResourceType<T>): readonly T[] {
    return this.#list(type).map((resource) => {
      const known = this.#current.get(resource)
      if (known !== undefined) return known as T
      const current = currentResource(type, resource)
      this.#current.set(resource, current)
      return current
    })
  }
}

function isDefined<T extends KubernetesObject>(type: ResourceType<T>): type is DefinedResource<T> {
  return 'schema' in type
}
