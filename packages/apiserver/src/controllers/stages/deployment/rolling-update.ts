import type { KubernetesObject } from '@fairlead/kube-core'

import type { Cluster } from '../shared/cluster.ts'
import { allOf, countOf, fenceposts, sum, wantedOf, type Generations } from './deployment-view.ts'
import { newReplicas } from './new-replicas.ts'
import { scaleReplicaSet } from './scale-replica-set.ts'

/**
 * Moves pods a step from old ReplicaSets to the current one, within what may be there and what may be
 * missing. As rolloutRolling in Kubernetes.
 * @returns whether there was something to move
 */
export async function rollOn(
  cluster: Cluster,
  deployment: KubernetesObject,
  generations: Generations,
): Promise<boolean> {
  const { current } = generations
  if (current !== undefined) {
    const wanted = wantedOf(deployment)
    const replicas = wantedOf(current) > wanted ? wanted : newReplicas(deployment, generations)
    if (replicas !== wantedOf(current)) {
      await scaleReplicaSet(cluster, deployment, current, replicas)
      return true
    }
  }
  return scaleDownOld(cluster, deployment, generations)
}

async function scaleDownOld(
  cluster: Cluster,
  deployment: KubernetesObject,
  generations: Generations,
): Promise<boolean> {
  const { current } = generations
  const all = allOf(generations)
  const leastAvailable = wantedOf(deployment) - fenceposts(deployment).unavailable
  const newUnavailable =
    current === undefined ? 0 : wantedOf(current) - countOf(current, 'availableReplicas')
  const most = sum(all, wantedOf) - leastAvailable - newUnavailable
  const replicas = new Map(generations.old.map((each) => [each, wantedOf(each)]))
  let removed = 0
  const remove = (set: KubernetesObject, number: number): void => {
    if (number <= 0) return
    replicas.set(set, (replicas.get(set) ?? 0) - number)
    removed += number
  }
  // First those that are of no use.
  for (const set of generations.old) {
    const unhealthy = wantedOf(set) - countOf(set, 'availableReplicas')
    remove(set, Math.min(most - removed, unhealthy))
  }
  const unhealthy = removed
  let spare = Math.min(
    most - unhealthy,
    sum(all, (each) => countOf(each, 'availableReplicas')) - leastAvailable,
  )
  for (const set of generations.old) {
    const number = Math.min(spare, replicas.get(set) ?? 0)
    remove(set, number)
    spare -= Math.max(0, number)
  }
  for (const [set, number] of replicas) await scaleReplicaSet(cluster, deployment, set, number)
  return removed > 0
}
