import type { ResourceType } from '@fairlead/kube-core'
import type { rbacV1 } from '@fairlead/kube-types'
import type { ClusterSelector } from '../cluster/clusters.ts'

/** A kind that a controller watches. */
export interface WatchedKind {
  readonly type: ResourceType
  /** In which clusters: absent means the manager's own. */
  readonly cluster?: ClusterSelector
}

/** What is known of a controller without running it: for people, and for generated manifests. */
export interface ControllerDescription {
  readonly name: string
  /** The kind that it reconciles, if it has one. */
  readonly for?: ResourceType
  /** With that kind; what comes from outside Kubernetes is not among them. */
  readonly watches: readonly WatchedKind[]
  readonly needLeaderElection: boolean
  /**
   * What it must be allowed in the manager's own cluster: to read what it watches there, and what
   * `needs` declared. Leases, events of the manager and its servers are not among them.
   */
  readonly rules: readonly rbacV1.PolicyRule[]
}
