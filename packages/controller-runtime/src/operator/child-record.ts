import { type KubernetesObject, qualifiedResource, type ResourceType } from '@fairlead/kube-core'
import type { Comparison } from './applied-objects.ts'
import { appliedHash } from './child-identity.ts'
import { idOf } from './plan-child.ts'

/** Names an object among those of all kinds. */
export function recordId(type: ResourceType, object: KubernetesObject): string {
  return `${qualifiedResource(type)} ${idOf(object)}`
}

/** The two as `AppliedObjects` takes them. */
export function comparison(desired: KubernetesObject, actual: KubernetesObject): Comparison {
  return { hash: appliedHash(desired), desired, actual }
}
