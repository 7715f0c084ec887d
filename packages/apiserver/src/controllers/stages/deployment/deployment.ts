import type { KubernetesObject } from '@fairlead/kube-core'

import { controllerUser } from '../../../auth/user.ts'
import { numberAt, recordAt } from '../../../definitions/fields.ts'
import type { Change } from '../../../storage/change.ts'
import { claimOwned } from '../shared/claim-owned.ts'
import type { Cluster } from '../shared/cluster.ts'
import { conditionOf, conditionsOf, withCondition } from '../shared/conditions.ts'
import { controllerOf } from '../shared/owned-objects.ts'
import { ownerTrigger } from '../shared/owner-trigger.ts'
import { selectorOf } from '../shared/selector-of.ts'
import type { ObjectKey } from '../shared/object-key.ts'
import type { Stage } from '../shared/stage.ts'
import { currentReplicaSet } from './current-replica-set.ts'
import {
  countOf,
  deployments,
  generationsOf,
  isRolling,
  progressDeadline,
  replicaSets,
  wantedOf,
  type Generations,
} from './deployment-view.ts'
import { isComplete, writeStatus } from './deployment-status.ts'
import { isBeingScaled, scaleAll } from './proportional-scaling.ts'
import { endOld } from './recreate.ts'
import { revisionOf } from './revisions.ts'
import { rollOn } from './rolling-update.ts'
import { scaleReplicaSet } from './scale-replica-set.ts'

/** Rolls Deployments out. As syncDeployment in Kubernetes' controller. */
export const deploymentStage: Stage = {
  user: controllerUser('deployment-controller'),
  resource: deployments,
  triggers: [
    ownerTrigger(replicaSets, { kind: 'Deployment', resource: deployments }),
    { resource: 'pods', keysOf: recreatedBy },
  ],
  async reconcile(cluster, found) {
    const selector = selectorOf(found)
    if (selector === undefined) return
    await claimOwned(cluster, found, replicaSets, selector)
    const read = (object: KubernetesObject): Generations =>
      generationsOf(object, cluster.ownedBy(replicaSets, object))
    if (found.metadata.deletionTimestamp !== undefined) {
      await writeStatus(cluster, found, read(found), 'counts')
      return
    }
    const deployment = await tellPause(cluster, found)
    const isPaused = recordAt(deployment, 'spec')['paused'] === true
    if (isPaused || isBeingScaled(deployment, read(deployment))) {
      const kept = await currentReplicaSet(cluster, deployment, read(deployment), false)
      await scaleAll(cluster, kept.deployment, read(kept.deployment))
      if (isPaused) await forgetOld(cluster, kept.deployment, read(kept.deployment).old)
      await writeStatus(cluster, kept.deployment, read(kept.deployment), 'counts')
      return
    }
    await rollout(cluster, deployment, read)
  },
}

async function rollout(
  cluster: Cluster,
  found: KubernetesObject,
  read: (deployment: KubernetesObject) => Generations,
): Promise<void> {
  let deployment = found
  if (isRolling(found)) {
    ;({ deployment } = await currentReplicaSet(cluster, found, read(found), true))
    const moved = await rollOn(cluster, deployment, read(deployment))
    if (moved) {
      await writeStatus(cluster, deployment, read(deployment), 'rollout')
      return
    }
  } else {
    ;({ deployment } = await currentReplicaSet(cluster, found, read(found), false))
    if (!(await endOld(cluster, deployment, read(deployment)))) {
      await writeStatus(cluster, deployment, read(deployment), 'rollout')
      return
    }
    ;({ deployment } = await currentReplicaSet(cluster, deployment, read(deployment), true))
    const { current } = read(deployment)
    if (current !== undefined) {
      await scaleReplicaSet(cluster, deployment, current, wantedOf(deployment))
    }
  }
  const generations = read(deployment)
  if (isComplete(deployment, generations)) await forgetOld(cluster, deployment, generations.old)
  await writeStatus(cluster, deployment, read(deployment), 'rollout')
}

/** Says that a rollout has been paused, or goes on. As checkPausedConditions in Kubernetes. */
async function tellPause(
  cluster: Cluster,
  deployment: KubernetesObject,
): Promise<KubernetesObject> {
  if (progressDeadline(deployment) === undefined) return deployment
  const before = conditionsOf(deployment)
  const progressing = conditionOf(before, 'Progressing')
  if (progressing?.reason === 'ProgressDeadlineExceeded') return deployment
  const isPaused = recordAt(deployment, 'spec')['paused'] === true
  if (isPaused === (progressing?.reason === 'DeploymentPaused')) return deployment
  const conditions = withCondition(before, {
    type: 'Progressing',
    status: 'Unknown',
    reason: isPaused ? 'DeploymentPaused' : 'DeploymentResumed',
    message: isPaused ? 'Deployment is paused' : 'Deployment is resumed',
    lastUpdateTime: cluster.now,
    lastTransitionTime: cluster.now,
  })
  const status = { ...recordAt(deployment, 'status'), conditions }
  return cluster.setStatus(deployments, deployment, status)
}

/** Deletes ReplicaSets beyond the history's limit. As cleanupDeployment in Kubernetes. */
async function forgetOld(
  cluster: Cluster,
  deployment: KubernetesObject,
  old: readonly KubernetesObject[],
): Promise<void> {
  const limit = numberAt(recordAt(deployment, 'spec'), 'revisionHistoryLimit')
  if (limit === undefined || limit === 2_147_483_647) return
  const alive = old.filter(({ metadata }) => metadata.deletionTimestamp === undefined)
  const surplus = Math.max(0, alive.length - limit)
  const oldest = alive.toSorted((a, b) => revisionOf(a) - revisionOf(b)).slice(0, surplus)
  for (const set of oldest) {
    const isIdle = wantedOf(set) === 0 && countOf(set, 'replicas') === 0
    if (isIdle && isObserved(set)) await cluster.delete(replicaSets, set)
  }
}

function isObserved(set: KubernetesObject): boolean {
  return (set.metadata.generation ?? 0) <= countOf(set, 'observedGeneration')
}

/** A deployment that recreates waits for the end of its pods. */
function recreatedBy({ type, object }: Change, cluster: Cluster): ObjectKey[] {
  if (type !== 'DELETED') return []
  const namespace = object.metadata.namespace ?? ''
  const set = controllerOf(object)
  if (set?.kind !== 'ReplicaSet') return []
  const owner = cluster.get(replicaSets, namespace, set.name)
  const name = owner === undefined ? undefined : controllerOf(owner)?.name
  return name === undefined ? [] : [{ namespace, name }]
}
