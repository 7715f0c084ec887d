import type { KubernetesObject } from '@fairlead/kube-core'

import { recordAt } from '../../../definitions/fields.ts'
import type { Cluster } from '../shared/cluster.ts'
import { replicaSets, wantedOf } from './deployment-view.ts'
import { replicaAnnotations } from './revisions.ts'

/** Gives a ReplicaSet its replicas, and notes what the deployment wants. */
export async function scaleReplicaSet(
  cluster: Cluster,
  deployment: KubernetesObject,
  replicaSet: KubernetesObject,
  replicas: number,
): Promise<KubernetesObject> {
  const before = wantedOf(replicaSet)
  if (before === replicas) return replicaSet
  const scaled = await cluster.change(replicaSets, replicaSet, (current) => ({
    ...current,
    metadata: {
      ...current.metadata,
      annotations: { ...current.metadata.annotations, ...replicaAnnotations(deployment) },
    },
    spec: { ...recordAt(current, 'spec'), replicas },
  }))
  tellScaling(cluster, deployment, scaled, before)
  return scaled
}

/** Records how many replicas a ReplicaSet has got. */
export function tellScaling(
  cluster: Cluster,
  deployment: KubernetesObject,
  replicaSet: KubernetesObject,
  before: number,
): void {
  const now = wantedOf(replicaSet)
  if (now === before) return
  const direction = now > before ? 'up' : 'down'
  const message = `Scaled ${direction} replica set ${replicaSet.metadata.name} from ${before} to ${now}`
  cluster.tell(deployment, 'ScalingReplicaSet', message)
}

/** Notes what the deployment wants, where that has changed and the replicas are right already. */
export async function annotateReplicaSet(
  cluster: Cluster,
  deployment: KubernetesObject,
  replicaSet: KubernetesObject,
): Promise<void> {
  const wanted = Object.entries(replicaAnnotations(deployment))
  const { annotations = {} } = replicaSet.metadata
  if (wanted.every(([key, value]) => annotations[key] === value)) return
  await cluster.change(replicaSets, replicaSet, (current) => ({
    ...current,
    metadata: {
      ...current.metadata,
      annotations: { ...current.metadata.annotations, ...Object.fromEntries(wanted) },
    },
  }))
}
