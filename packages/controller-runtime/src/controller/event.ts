import type { KubernetesObject } from '@fairlead/kube-core'

export interface CreateEvent<T extends KubernetesObject = KubernetesObject> {
  readonly object: T
  /** It existed before the controller started. */
  readonly isInInitialList: boolean
}

export interface UpdateEvent<T extends KubernetesObject = KubernetesObject> {
  readonly oldObject: T
  readonly newObject: T
}

export interface DeleteEvent<T extends KubernetesObject = KubernetesObject> {
  readonly object: T
  /** The deletion itself was missed; `object` is the last known state. */
  readonly deleteStateUnknown: boolean
}
