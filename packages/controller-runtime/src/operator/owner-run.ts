import type { KubernetesObject, ResourceType } from '@fairlead/kube-core'
import type { Cache } from '../cache/cache.ts'
import { controllerOf } from '../owner-reference.ts'
import type { AppliedObjects } from './applied-objects.ts'
import type { OperatorContext } from './child-declaration.ts'

/** One reconcile of one owner. */
export interface OwnerRun {
  readonly controller: string
  readonly fieldManager: string
  readonly ownerType: ResourceType<KubernetesObject>
  readonly owner: KubernetesObject
  /** The owner's key as text. */
  readonly key: string
  readonly applied: AppliedObjects
  readonly context: OperatorContext
  /** Which child desires an object, by its kind and key: no two may. */
  readonly claimed: Map<string, string>
}

/** Makes the objects of the kind, which must be declared, readable by the uid of their controller. */
export function indexByController(cache: Cache, type: ResourceType, controller: string): void {
  cache.addIndex(type, indexOf(controller), (object) => {
    const uid = controllerOf(object)?.uid
    return uid === undefined ? [] : [uid]
  })
}

/** The objects of the kind that the owner controls, whoever made them. */
export function controlledObjects(
  { controller, context, owner }: OwnerRun,
  type: ResourceType<KubernetesObject>,
): readonly KubernetesObject[] {
  const value = owner.metadata.uid ?? ''
  return context.cache.list(type, {
    index: { name: indexOf(controller), value },
  }) as readonly KubernetesObject[]
}

/** Each operator has its own, as two may have children of one kind. */
function indexOf(controller: string): string {
  return `operator ${controller}`
}
