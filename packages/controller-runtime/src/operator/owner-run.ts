import type { KubernetesObject, ResourceType } from '@fairlead/kube-core'
import type { AppliedObjects } from './applied-objects.ts'
import type { OperatorContext } from './child-declaration.ts'
import type { OwnerObjects } from './owner-objects.ts'

/** One reconcile of one owner. */
export interface OwnerRun {
  readonly controller: string
  readonly fieldManager: string
  readonly ownerType: ResourceType<KubernetesObject>
  readonly owner: KubernetesObject
  /** The owner's key as text. */
  readonly key: string
  readonly objects: OwnerObjects
  readonly applied: AppliedObjects
  readonly context: OperatorContext
  /** Which child desires an object, by its kind and key: no two may. */
  readonly claimed: Map<string, string>
}
