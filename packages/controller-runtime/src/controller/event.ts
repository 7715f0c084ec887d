import type { TypedObject } from '@fairlead/kube-core'

export interface CreateEvent<T extends TypedObject = TypedObject> {
  readonly object: T
  /** It existed before the controller started. */
  readonly isInInitialList: boolean
}

export interface UpdateEvent<T extends TypedObject = TypedObject> {
  readonly oldObject: T
  readonly newObject: T
}

export interface DeleteEvent<T extends TypedObject = TypedObject> {
  readonly object: T
  /** The deletion itself was missed; `object` is the last known state. */
  readonly deleteStateUnknown: boolean
}
