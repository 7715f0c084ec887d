import type { KubernetesObject } from '@fairlead/kube-core'

import type { Cluster } from '../shared/cluster.ts'
import { isFinished } from '../shared/pod-state.ts'
import { wantedOf, type Generations } from './deployment-view.ts'
import { scaleReplicaSet } from './scale-replica-set.ts'

/** Ends all old pods. @returns whether none is left. As rolloutRecreate in Kubernetes. */
export async function endOld(
  cluster: Cluster,
  deployment: KubernetesObject,
  { old }: Generations,
): Promise<boolean> {
  for (const set of old) await scaleReplicaSet(cluster, deployment, set, 0)
  return old.every((set) => wantedOf(set) === 0 && cluster.ownedBy('pods', set).every(isFinished))
}
