import type { JsonObject } from '@fairlead/base'
import type {
  KubernetesObject,
  ResourceType,
  StructuralSchema,
  TypedObject,
} from '@fairlead/kube-core'
import type { Result } from '../controller/reconcile.ts'
import type { DeepReadonly } from '../deep-readonly.ts'
import type {
  ChildDeclaration,
  AnyChildren,
  ObservedChildren,
  OperatorContext,
} from './child-declaration.ts'
import type { OwnerRun } from './owner-run.ts'

/** What a status is made from, beside the object itself. */
export interface OwnerState<Children extends object = AnyChildren> {
  readonly children: ObservedChildren<Children>
  /** Whether all children are as desired and ready, and nothing has failed. */
  readonly ready: boolean
  /** What has failed in this reconcile, if anything. */
  readonly error: Error | undefined
}

/** What is done before an object may go, under the finalizer that keeps it until then. */
export interface FinalizerDeclaration {
  readonly finalizer: string
  readonly cleanUp: (run: OwnerRun) => Promise<CleanUp>
}

/** Whether a cleanup is done, so that its finalizer may be removed; if not, when to try again. */
export interface CleanUp {
  readonly isDone: boolean
  readonly result: Result
}

/** An operator as it is run: of whatever kind. */
export interface OperatorDeclaration {
  readonly controller: string
  readonly fieldManager: string
  readonly ownerType: ResourceType<KubernetesObject>
  /** Of the owner's kind, if it is known. */
  readonly schema: StructuralSchema | undefined
  readonly finalizers: readonly FinalizerDeclaration[]
  readonly children: readonly ChildDeclaration[]
  readonly reconcile:
    | ((owner: DeepReadonly<TypedObject>, context: OperatorContext) => Promise<Result | void>)
    | undefined
  readonly status:
    ((owner: DeepReadonly<TypedObject>, state: OwnerState) => Promise<JsonObject>) | undefined
  readonly everyMs: number | undefined
}
