import { readTable } from './read-data.ts'

interface GroupVersionKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

/** A subresource as discovery lists it; its kind is what it takes or answers. */
export interface BuiltInSubresource extends GroupVersionKind {
  readonly name: string
  /** Published name of the kind's type; absent for one that is not published. */
  readonly type?: string
  readonly verbs: readonly string[]
}

/** A resource of Kubernetes 1.32 in one group and version, as discovery lists it. */
export interface BuiltInResource extends GroupVersionKind {
  readonly plural: string
  readonly singular: string
  /** Published name of the kind's type. */
  readonly type: string
  readonly namespaced: boolean
  readonly verbs: readonly string[]
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
  readonly subresources?: readonly BuiltInSubresource[]
}

/** In the order of discovery. */
export function builtInResources(): readonly BuiltInResource[] {
  return readTable('resources.json') as readonly BuiltInResource[]
}
