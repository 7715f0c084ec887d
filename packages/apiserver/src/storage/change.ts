import type { KubernetesObject } from '@fairlead/kube-core'

/**
 * Identifies an object in the storage; `resource` is `plural.group` (`secrets`,
 * `leases.coordination.k8s.io`).
 */
export interface StorageKey {
  readonly resource: string
  /** Empty for cluster-scoped objects. */
  readonly namespace: string
  readonly name: string
}

/**
 * One committed write. `object` is the resulting state; for a deletion the last state, with the
 * deletion's own resourceVersion. `previous` is absent only for a creation.
 */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly revision: number
  readonly key: StorageKey
  readonly object: KubernetesObject
  readonly previous?: KubernetesObject
}
