import type { KubernetesObject } from '@fairlead/kube-core'

import type { User } from '../../../auth/user.ts'
import type { Change } from '../../../storage/change.ts'
import type { Cluster } from './cluster.ts'
import type { EventSource } from './cluster-event.ts'
import type { ObjectKey } from './object-key.ts'

/** Which changes of other objects concern the objects of a stage. */
export interface Trigger {
  /** `plural.group` of the others. */
  readonly resource: string
  /** The objects of the stage that a change concerns. */
  keysOf(change: Change, cluster: Cluster): readonly ObjectKey[]
}

/** What brings the objects of one resource to their steady state, a step at a time. */
export interface Stage {
  /** Who it is, in a cluster. */
  readonly user: User
  /** Whom its events name; else the last part of the user's name. */
  readonly eventSource?: EventSource
  /** `plural.group` of its objects. */
  readonly resource: string
  readonly triggers?: readonly Trigger[]
  /**
   * Makes what is to be made now. Called after every change of the object, and of what its triggers
   * name; must not write what is already so. An error is tried again, ever later.
   */
  reconcile(cluster: Cluster, object: KubernetesObject): Promise<void>
  /** Objects that are reconciled from the start, whether they are there or not. */
  readonly always?: readonly ObjectKey[]
  /** Called when an object is not there. */
  gone?(cluster: Cluster, key: ObjectKey): Promise<void>
}
