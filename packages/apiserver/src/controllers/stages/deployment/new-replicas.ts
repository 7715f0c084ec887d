import type { KubernetesObject } from '@fairlead/kube-core'

import { allOf, fenceposts, isRolling, sum, wantedOf, type Generations } from './deployment-view.ts'

/** How many replicas the current ReplicaSet may have now. As NewRSNewReplicas in Kubernetes. */
export function newReplicas(deployment: KubernetesObject, generations: Generations): number {
  const wanted = wantedOf(deployment)
  if (!isRolling(deployment)) return wanted
  const own = generations.current === undefined ? 0 : wantedOf(generations.current)
  const room = wanted + fenceposts(deployment).surge - sum(allOf(generations), wantedOf)
  return room <= 0 ? own : own + Math.min(room, wanted - own)
}
