import type { StorageKey } from '../storage/change.ts'
import type { ResourceDefinition } from '../definitions/resource-definition.ts'

/** The collection that a request's URL names; an empty namespace means all, or cluster scope. */
export interface CollectionTarget {
  readonly definition: ResourceDefinition
  readonly namespace: string
}

/** The object, and maybe its subresource, that a request's URL names. */
export interface ObjectTarget extends CollectionTarget {
  readonly name: string
  readonly subresource?: string
}

export function storageKeyOf(target: ObjectTarget): StorageKey {
  return {
    resource: target.definition.storageResource,
    namespace: target.namespace,
    name: target.name,
  }
}
