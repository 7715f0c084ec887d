import type { KubernetesObject } from '@fairlead/kube-core'

import type { Cluster } from '../shared/cluster.ts'
import {
  allOf,
  byAge,
  countOf,
  fenceposts,
  isRolling,
  sum,
  wantedOf,
  type Generations,
} from './deployment-view.ts'
import { desiredOf, maxReplicasOf } from './revisions.ts'
import { annotateReplicaSet, scaleReplicaSet } from './scale-replica-set.ts'

/** Whether the deployment wants another number than when its ReplicaSets got theirs. */
export function isBeingScaled(deployment: KubernetesObject, generations: Generations): boolean {
  const wanted = wantedOf(deployment)
  return allOf(generations).some((set) => {
    const desired = desiredOf(set)
    return wantedOf(set) > 0 && desired !== undefined && desired !== wanted
  })
}

/**
 * Gives the ReplicaSets of a deployment what it wants now: all to the only one that has pods, or to
 * each its share in the middle of a rollout. As `scale` in Kubernetes' controller of Deployments.
 */
export async function scaleAll(
  cluster: Cluster,
  deployment: KubernetesObject,
  generations: Generations,
): Promise<void> {
  const wanted = wantedOf(deployment)
  const only = activeOrLatest(generations)
  if (only !== undefined) {
    if (wantedOf(only) === wanted) await annotateReplicaSet(cluster, deployment, only)
    else await scaleReplicaSet(cluster, deployment, only, wanted)
    return
  }
  const { current, old } = generations
  if (current !== undefined && isSaturated(current, wanted)) {
    for (const set of old) await scaleReplicaSet(cluster, deployment, set, 0)
    return
  }
  if (isRolling(deployment)) await share(cluster, deployment, generations)
}

function activeOrLatest(generations: Generations): KubernetesObject | undefined {
  const active = allOf(generations).filter((set) => wantedOf(set) > 0)
  if (active.length === 0) return generations.current ?? generations.old.at(-1)
  return active.length === 1 ? active[0] : undefined
}

function isSaturated(set: KubernetesObject, wanted: number): boolean {
  const desired = desiredOf(set)
  return (
    desired === wanted && wantedOf(set) === wanted && countOf(set, 'availableReplicas') === wanted
  )
}

async function share(
  cluster: Cluster,
  deployment: KubernetesObject,
  generations: Generations,
): Promise<void> {
  const wanted = wantedOf(deployment)
  const active = allOf(generations).filter((set) => wantedOf(set) > 0)
  const allowed = wanted > 0 ? wanted + fenceposts(deployment).surge : 0
  const toAdd = allowed - sum(active, wantedOf)
  // The largest first; of the same size the newer when growing, the older when shrinking.
  const sorted = active.toSorted(
    (a, b) => wantedOf(b) - wantedOf(a) || (toAdd > 0 ? byAge(b, a) : byAge(a, b)),
  )
  const replicas = new Map<KubernetesObject, number>()
  let added = 0
  for (const set of sorted) {
    const rest = toAdd - added
    const most = maxReplicasOf(set) ?? countOf(deployment, 'replicas')
    const exact = most === 0 ? wantedOf(set) : Math.round((wantedOf(set) * allowed) / most)
    const part = exact - wantedOf(set)
    const given = toAdd > 0 ? Math.min(part, rest) : Math.max(part, rest)
    replicas.set(set, wantedOf(set) + (toAdd === 0 ? 0 : given))
    added += toAdd === 0 ? 0 : given
  }
  for (const [index, set] of sorted.entries()) {
    const left = index === 0 ? toAdd - added : 0
    const number = Math.max(0, (replicas.get(set) ?? 0) + left)
    if (number === wantedOf(set)) await annotateReplicaSet(cluster, deployment, set)
    else await scaleReplicaSet(cluster, deployment, set, number)
  }
}
