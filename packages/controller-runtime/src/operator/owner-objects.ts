import { parseApiVersion, qualifiedKind } from '@fairlead/kube-core'
import type { KubernetesObject, ResourceType } from '@fairlead/kube-core'
import type { Cache } from '../cache/cache.ts'
import { keyOf } from '../object-key.ts'
import { controllerOf } from '../owner-reference.ts'
import { isControlledBy } from './child-identity.ts'

/** What exists around an owner. */
export interface OwnerObjects {
  /** The objects of the kind that the owner controls, whoever made them. */
  controlled(type: ResourceType<KubernetesObject>): readonly KubernetesObject[]
  /** What exists under the name of an object of the kind, whoever it belongs to. */
  named(
    type: ResourceType<KubernetesObject>,
    object: KubernetesObject,
  ): KubernetesObject | undefined
}

/** Makes the objects of the kind, which must be declared, readable by the uid of their controller. */
export function indexByController(cache: Cache, type: ResourceType, controller: string): void {
  cache.addIndex(type, indexOf(controller), (object) => {
    const uid = controllerOf(object)?.uid
    return uid === undefined ? [] : [uid]
  })
}

/** What is around the owner in a cache, whose kinds are indexed for the controller. */
export function cachedObjects(
  cache: Cache,
  controller: string,
  owner: KubernetesObject,
): OwnerObjects {
  const index = { name: indexOf(controller), value: owner.metadata.uid ?? '' }
  return {
    // Frozen, and nothing here changes them.
    controlled: (type) => cache.list(type, { index }) as readonly KubernetesObject[],
    named: (type, object) => cache.get(type, keyOf(object)),
  }
}

/** What is around the owner in a list of objects of any kinds. */
export function listedObjects(
  objects: readonly KubernetesObject[],
  owner: KubernetesObject,
): OwnerObjects {
  const ofKind = (type: ResourceType) => objects.filter((one) => isOfKind(one, type))
  return {
    controlled: (type) => ofKind(type).filter((one) => isControlledBy(one, owner)),
    named: (type, { metadata: { namespace, name } }) =>
      ofKind(type).find(
        ({ metadata }) => metadata.namespace === namespace && metadata.name === name,
      ),
  }
}

function isOfKind({ apiVersion, kind }: KubernetesObject, type: ResourceType): boolean {
  const { group } = parseApiVersion(apiVersion)
  return qualifiedKind({ group, kind }) === qualifiedKind(type)
}

/** Each operator has its own, as two may have children of one kind. */
function indexOf(controller: string): string {
  return `operator ${controller}`
}
