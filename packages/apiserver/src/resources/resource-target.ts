import type { ResourceDefinition } from '../definitions/resource-definition.ts'
import type { StorageKey } from '../storage/change.ts'

/** The collection addressed by a URL; an empty namespace means all namespaces or cluster scope. */
export interface CollectionTarget {
  readonly definition: ResourceDefinition
  readonly namespace: string
}

/** The object, and possibly its subresource, addressed by a URL. */
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
