import type { KubernetesObject } from '@fairlead/kube-core'

/** Where an object lives: `resource` is `plural.group` (`secrets`, `leases.coordination.k8s.io`). */
export interface StorageKey {
  readonly resource: string
  /** Empty for cluster-scoped objects. */
  readonly namespace: string
  readonly name: string
}

/**
 * One committed write. `object` is the state after it; for a deletion the last state, carrying the
 * deletion's own resourceVersion. `previous` is absent only for an addition.
 */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly revision: number
  readonly key: StorageKey
  readonly object: KubernetesObject
  readonly previous?: KubernetesObject
}
