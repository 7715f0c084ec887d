import { StatusError, type KubernetesObject } from '@fairlead/kube-core'

import { numberAt, recordAt, type Fields } from '../../../definitions/fields.ts'
import { claimOwned } from './claim-owned.ts'
import type { Cluster } from './cluster.ts'
import { conditionsOf, withCondition, withoutCondition } from './conditions.ts'
import { createPodOf, deletePodOf } from './controlled-pods.ts'
import { controllerReference } from './controller-reference.ts'
import { availableInMs, isActive, isReady, podFromTemplate } from './pod-state.ts'
import { deletionOrder } from './pod-deletion-order.ts'
import { selectorOf } from './selector-of.ts'

/** As many pods are made or deleted at a time, as by Kubernetes' controller of ReplicaSets. */
const burstMax = 500
/** After which time a pod that was refused is tried again. */
const retryMs = 1_000

/**
 * Keeps as many pods of a template as are wanted, and counts them in the status. As syncReplicaSet in
 * Kubernetes, for ReplicaSets and ReplicationControllers.
 */
export async function syncReplicas(
  cluster: Cluster,
  resource: string,
  owner: KubernetesObject,
): Promise<void> {
  const selector = selectorOf(owner)
  if (selector === undefined) return
  const pods = (await claimOwned(cluster, owner, 'pods', selector)).filter(isActive)
  const failure =
    owner.metadata.deletionTimestamp === undefined ? await adjust(cluster, owner, pods) : undefined
  const current = cluster.ownedBy('pods', owner).filter(isActive)
  await count(cluster, resource, owner, current, failure)
}

interface Failure {
  readonly reason: 'FailedCreate' | 'FailedDelete'
  readonly message: string
}

async function adjust(
  cluster: Cluster,
  owner: KubernetesObject,
  pods: readonly KubernetesObject[],
): Promise<Failure | undefined> {
  const spec = recordAt(owner, 'spec')
  const wanted = numberAt(spec, 'replicas') ?? 0
  const lacking = Math.min(wanted - pods.length, burstMax)
  try {
    for (let made = 0; made < lacking; made++) await createPod(cluster, owner, spec)
  } catch (error) {
    if (!(error instanceof StatusError)) throw error
    cluster.wakeAfter(owner, retryMs)
    cluster.warnOf(owner, 'FailedCreate', `Error creating: ${error.message}`)
    return { reason: 'FailedCreate', message: error.message }
  }
  const tooMany = Math.min(pods.length - wanted, burstMax)
  if (tooMany > 0) {
    const doomed = deletionOrder(pods, cluster.clock.now()).slice(0, tooMany)
    for (const pod of doomed) await deletePodOf(cluster, owner, pod)
  }
  return undefined
}

async function createPod(cluster: Cluster, owner: KubernetesObject, spec: Fields): Promise<void> {
  const { name = '', namespace = '' } = owner.metadata
  await createPodOf(
    cluster,
    owner,
    podFromTemplate(recordAt(spec, 'template'), controllerReference(owner), {
      generateName: `${name}-`,
      namespace,
    }),
  )
}

async function count(
  cluster: Cluster,
  resource: string,
  owner: KubernetesObject,
  pods: readonly KubernetesObject[],
  failure: Failure | undefined,
): Promise<void> {
  const spec = recordAt(owner, 'spec')
  const status = recordAt(owner, 'status')
  const template = Object.entries(
    recordAt(recordAt(recordAt(spec, 'template'), 'metadata'), 'labels'),
  )
  const isFullyLabeled = ({ metadata }: KubernetesObject): boolean =>
    template.every(([key, value]) => metadata.labels?.[key] === value)
  const minReadySeconds = numberAt(spec, 'minReadySeconds') ?? 0
  const waits = pods.map((pod) => availableInMs(pod, minReadySeconds, cluster.clock.now()))
  const soonest = Math.min(...waits.filter((wait) => wait !== undefined && wait > 0).map(Number))
  if (Number.isFinite(soonest)) cluster.wakeAfter(owner, soonest)
  const before = conditionsOf(owner)
  const conditions =
    failure === undefined
      ? withoutCondition(before, 'ReplicaFailure')
      : withCondition(before, {
          type: 'ReplicaFailure',
          status: 'True',
          lastTransitionTime: cluster.now,
          ...failure,
        })
  await cluster.setStatus(resource, owner, {
    ...status,
    replicas: pods.length,
    fullyLabeledReplicas: pods.filter(isFullyLabeled).length,
    readyReplicas: pods.filter(isReady).length,
    availableReplicas: waits.filter((wait) => wait === 0).length,
    observedGeneration: owner.metadata.generation ?? 0,
    conditions,
  })
}
