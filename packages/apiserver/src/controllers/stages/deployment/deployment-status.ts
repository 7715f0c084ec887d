import { deepEqual, type KubernetesObject } from '@fairlead/kube-core'

import { numberAt, recordAt } from '../../../definitions/fields.ts'
import type { Cluster } from '../shared/cluster.ts'
import {
  conditionOf,
  conditionsOf,
  withCondition,
  withoutCondition,
  type StatusCondition,
} from '../shared/conditions.ts'
import {
  allOf,
  countOf,
  deployments,
  fenceposts,
  progressDeadline,
  sum,
  wantedOf,
  type Generations,
} from './deployment-view.ts'

/** What a deployment's ReplicaSets have, in all. */
interface Counts {
  readonly replicas: number
  readonly updatedReplicas: number
  readonly readyReplicas: number
  readonly availableReplicas: number
}

type Conditions = readonly StatusCondition[]

/**
 * Writes the status of a deployment. With `rollout`, also how its rollout goes; a deployment that is
 * paused or only being scaled is not judged. As syncRolloutStatus and syncDeploymentStatus in
 * Kubernetes.
 */
export async function writeStatus(
  cluster: Cluster,
  deployment: KubernetesObject,
  generations: Generations,
  mode: 'rollout' | 'counts',
): Promise<void> {
  const counts = countsOf(generations)
  const available = withAvailability(cluster, deployment, counts)
  const judged =
    mode === 'rollout'
      ? withReplicaFailure(
          withProgress(cluster, deployment, generations, { counts, conditions: available }),
          generations,
        )
      : available
  const collisionCount = numberAt(recordAt(deployment, 'status'), 'collisionCount')
  await cluster.setStatus(deployments, deployment, {
    ...counts,
    observedGeneration: deployment.metadata.generation ?? 0,
    unavailableReplicas: Math.max(0, counts.replicas - counts.availableReplicas),
    ...(collisionCount === undefined ? {} : { collisionCount }),
    conditions: judged,
  })
  wakeAtDeadline(cluster, deployment, judged, counts)
}

/** Whether all pods are of the current template, and available. As DeploymentComplete. */
export function isComplete(deployment: KubernetesObject, generations: Generations): boolean {
  return areComplete(deployment, countsOf(generations))
}

function areComplete(deployment: KubernetesObject, counts: Counts): boolean {
  const wanted = wantedOf(deployment)
  return (
    counts.updatedReplicas === wanted &&
    counts.replicas === wanted &&
    counts.availableReplicas === wanted
  )
}

function countsOf(generations: Generations): Counts {
  const all = allOf(generations)
  const total = (field: string): number => sum(all, (each) => countOf(each, field))
  const { current } = generations
  return {
    replicas: total('replicas'),
    updatedReplicas: current === undefined ? 0 : countOf(current, 'replicas'),
    readyReplicas: total('readyReplicas'),
    availableReplicas: total('availableReplicas'),
  }
}

function withAvailability(
  cluster: Cluster,
  deployment: KubernetesObject,
  { availableReplicas }: Counts,
): Conditions {
  const least = wantedOf(deployment) - fenceposts(deployment).unavailable
  const isAvailable = availableReplicas >= least
  return withCondition(conditionsOf(deployment), {
    type: 'Available',
    status: isAvailable ? 'True' : 'False',
    reason: isAvailable ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: isAvailable
      ? 'Deployment has minimum availability.'
      : 'Deployment does not have minimum availability.',
    lastUpdateTime: cluster.now,
    lastTransitionTime: cluster.now,
  })
}

interface Found {
  readonly counts: Counts
  readonly conditions: Conditions
}

function withProgress(
  cluster: Cluster,
  deployment: KubernetesObject,
  { current }: Generations,
  { counts, conditions }: Found,
): Conditions {
  if (progressDeadline(deployment) === undefined) return withoutCondition(conditions, 'Progressing')
  const before = conditionOf(conditions, 'Progressing')
  const wasComplete =
    counts.replicas === counts.updatedReplicas && before?.reason === 'NewReplicaSetAvailable'
  if (wasComplete) return conditions
  const subject =
    current === undefined
      ? `Deployment "${deployment.metadata.name}"`
      : `ReplicaSet "${current.metadata.name}"`
  const times = { lastUpdateTime: cluster.now, lastTransitionTime: cluster.now }
  if (areComplete(deployment, counts)) {
    return withCondition(conditions, {
      type: 'Progressing',
      status: 'True',
      reason: 'NewReplicaSetAvailable',
      message: `${subject} has successfully progressed.`,
      ...times,
    })
  }
  if (hasProgressed(deployment, counts)) {
    // Every step forward is told, and starts the time anew.
    const kept = before?.status === 'True' ? before['lastTransitionTime'] : undefined
    const told: StatusCondition = {
      type: 'Progressing',
      status: 'True',
      reason: 'ReplicaSetUpdated',
      message: `${subject} is progressing.`,
      ...times,
      ...(kept === undefined ? {} : { lastTransitionTime: kept }),
    }
    return [...withoutCondition(conditions, 'Progressing'), told]
  }
  if (remainingMs(cluster, deployment, conditions) > 0) return conditions
  return withCondition(conditions, {
    type: 'Progressing',
    status: 'False',
    reason: 'ProgressDeadlineExceeded',
    message: `${subject} has timed out progressing.`,
    ...times,
  })
}

/** As DeploymentProgressing in Kubernetes. */
function hasProgressed(deployment: KubernetesObject, counts: Counts): boolean {
  const before = (field: keyof Counts): number => countOf(deployment, field)
  return (
    counts.updatedReplicas > before('updatedReplicas') ||
    counts.replicas - counts.updatedReplicas < before('replicas') - before('updatedReplicas') ||
    counts.readyReplicas > before('readyReplicas') ||
    counts.availableReplicas > before('availableReplicas')
  )
}

/** Until the deadline; infinite where there is none. As DeploymentTimedOut. */
function remainingMs(
  cluster: Cluster,
  deployment: KubernetesObject,
  conditions: Conditions,
): number {
  const seconds = progressDeadline(deployment)
  const condition = conditionOf(conditions, 'Progressing')
  if (seconds === undefined || condition === undefined) return Infinity
  if (condition.reason === 'NewReplicaSetAvailable') return Infinity
  const since = String(condition['lastUpdateTime'])
  return Date.parse(since) + seconds * 1000 - cluster.clock.now()
}

function wakeAtDeadline(
  cluster: Cluster,
  deployment: KubernetesObject,
  conditions: Conditions,
  counts: Counts,
): void {
  if (areComplete(deployment, counts)) return
  if (conditionOf(conditions, 'Progressing')?.reason === 'ProgressDeadlineExceeded') return
  const restMs = remainingMs(cluster, deployment, conditions)
  if (Number.isFinite(restMs)) cluster.wakeAfter(deployment, Math.max(restMs, 1_000))
}

function withReplicaFailure(conditions: Conditions, generations: Generations): Conditions {
  const [failure] = allOf(generations)
    .toReversed()
    .flatMap((set) => conditionOf(conditionsOf(set), 'ReplicaFailure') ?? [])
  if (failure === undefined) return withoutCondition(conditions, 'ReplicaFailure')
  const { lastTransitionTime } = failure
  const told = { ...failure, lastUpdateTime: lastTransitionTime }
  const before = conditionOf(conditions, 'ReplicaFailure')
  return deepEqual(before, told) ? conditions : withCondition(conditions, told)
}
