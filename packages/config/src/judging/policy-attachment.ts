import type { PolicyTargetReference } from '@fairlead/api'
import type { TypedObject } from '@fairlead/kube-core'
import type { ConditionType } from './kind-compiler.ts'

/** Something that a policy is attached to, by its `namespace/name`. */
export interface AttachmentTarget {
  readonly kind: string
  readonly key: string
}

/** How a kind of policy is attached to other resources, all of them of the policy's namespace. */
export interface PolicyAttachment<R extends TypedObject = TypedObject, S = unknown> {
  /** The targets as the resource names them, whether they exist or not. */
  references(resource: R): readonly PolicyTargetReference[]
  /** The settings with only the targets that pass; undefined when none does. */
  narrowed(settings: S, passes: (target: AttachmentTarget) => boolean): S | undefined
  /** Whether it decides and refuses nothing. Defaults to false. */
  isShadow?(settings: S): boolean
}

/** Whether a policy is enforced, over all its targets and at each: what replicas report decides. */
export const enforcedConditionType: ConditionType = {
  type: 'Enforced',
  reasons: {
    True: ['Enforced'],
    False: ['Pending', 'NoReplicas', 'StateStoreUnavailable', 'NotEnforced', 'Shadow'],
  },
}

/** `narrowed` of settings that hold their targets in a list; the same object when all pass. */
export function narrowedTargets<
  T extends AttachmentTarget,
  S extends { readonly targets: readonly T[] },
>(settings: S, passes: (target: AttachmentTarget) => boolean): S | undefined {
  const targets = settings.targets.filter(passes)
  if (targets.length === settings.targets.length) return targets.length === 0 ? undefined : settings
  return targets.length === 0 ? undefined : { ...settings, targets }
}
