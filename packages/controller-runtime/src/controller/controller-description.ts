import type { ResourceType } from '@fairlead/kube-core'
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
}
