import type { Condition, TypedObject } from '@fairlead/kube-core'
import type { DeepReadonly } from '../deep-readonly.ts'
import type { NewCondition } from './standard-conditions.ts'

type Status<Owner extends TypedObject> = Owner extends { status?: infer S }
  ? NonNullable<S>
  : object

/**
 * What an author says in the status of an owner: any of its fields. Conditions are given without
 * `lastTransitionTime`; it is kept, or set, as their status tells.
 */
export type StatusOf<Owner extends TypedObject> = {
  readonly [Field in keyof Status<Owner>]?: Status<Owner>[Field] extends
    readonly Condition[] | undefined
    ? readonly NewCondition[]
    : DeepReadonly<Status<Owner>[Field]>
}
