import type { TypedObject } from '@fairlead/kube-core'
import type { ApplyOf } from '../apply-of.ts'

/**
 * What a child is declared as: the fields of it that the operator wants to own, at any depth. Kind
 * and version are those of its declaration; the namespace is that of the owner, and the name
 * `<owner>-<child>`, unless given.
 */
export type ChildOf<T extends TypedObject> = Partial<Pick<ApplyOf<T>, 'apiVersion' | 'kind'>> &
  Omit<ApplyOf<T>, 'apiVersion' | 'kind' | 'metadata'> & {
    readonly metadata?: Partial<ApplyOf<T>['metadata']>
  }
