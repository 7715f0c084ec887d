import { StatusError, type KubernetesObject } from '@fairlead/kube-core'

import { controllerUser } from '../../../auth/user.ts'
import { numberAt, recordAt, textAt } from '../../../definitions/fields.ts'
import { claimOwned } from '../shared/claim-owned.ts'
import type { Cluster } from '../shared/cluster.ts'
import {
  controllerRevisions,
  currentRevision,
  forgetRevisions,
  revisionLabel,
  revisionsOf,
} from '../shared/controller-revisions.ts'
import { ownerTrigger } from '../shared/owner-trigger.ts'
import { availableInMs, isFinished, isReady, phaseOf } from '../shared/pod-state.ts'
import { selectorOf } from '../shared/selector-of.ts'
import type { Stage } from '../shared/stage.ts'
import { dropClaims, ensureClaims, ordinalOf, podName, statefulPod } from './stateful-pod.ts'

const resource = 'statefulsets.apps'

/** Keeps the pods of StatefulSets, in order. As defaultStatefulSetControl in Kubernetes. */
export const statefulSetStage: Stage = {
  user: controllerUser('statefulset-controller'),
  resource,
  triggers: [
    ownerTrigger('pods', { kind: 'StatefulSet', resource }),
    ownerTrigger(controllerRevisions, { kind: 'StatefulSet', resource }),
  ],
  async reconcile(cluster, set) {
    const selector = selectorOf(set)
    if (selector === undefined) return
    const pods = await claimOwned(cluster, set, 'pods', selector)
    if (set.metadata.deletionTimestamp !== undefined) return
    const update = await currentRevision(cluster, set)
    const revisions = revisionsOf(cluster, set)
    const currentName = textAt(recordAt(set, 'status'), 'currentRevision')
    const current = revisions.find(({ metadata }) => metadata.name === currentName) ?? update
    await step(cluster, { set, current, update, ...rangeOf(set) }, pods)
    const left = cluster.ownedBy('pods', set)
    await writeStatus(cluster, { set, current, update, ...rangeOf(set) }, left)
    const used = [current, update, ...revisions.filter((each) => isUsed(each, left))]
    await forgetRevisions(cluster, set, new Set(used.map(({ metadata }) => metadata.name ?? '')))
  },
}

interface View {
  readonly set: KubernetesObject
  /** The revision of pods that are not to be updated yet. */
  readonly current: KubernetesObject
  readonly update: KubernetesObject
  /** The first ordinal. */
  readonly start: number
  readonly replicas: number
  /** Pods from this ordinal on are updated. */
  readonly partition: number
}

function rangeOf(set: KubernetesObject): Pick<View, 'start' | 'replicas' | 'partition'> {
  const spec = recordAt(set, 'spec')
  const start = numberAt(recordAt(spec, 'ordinals'), 'start') ?? 0
  const strategy = recordAt(recordAt(spec, 'updateStrategy'), 'rollingUpdate')
  const partition = start + (numberAt(strategy, 'partition') ?? 0)
  return { start, replicas: numberAt(spec, 'replicas') ?? 0, partition }
}

/** One step, or in parallel all steps, towards what is wanted. */
async function step(
  cluster: Cluster,
  view: View,
  pods: readonly KubernetesObject[],
): Promise<void> {
  const { set, start, replicas } = view
  const isParallel = recordAt(set, 'spec')['podManagementPolicy'] === 'Parallel'
  const byOrdinal = new Map(pods.map((pod) => [ordinalOf(set, pod), pod]))
  for (let ordinal = start; ordinal < start + replicas; ordinal++) {
    const pod = byOrdinal.get(ordinal)
    await ensureClaims(cluster, set, ordinal)
    if (pod === undefined) {
      await createPod(cluster, view, ordinal)
      if (!isParallel) return
    } else if (isFinished(pod) && pod.metadata.deletionTimestamp === undefined) {
      tellRecreation(cluster, set, pod)
      await deletePod(cluster, set, pod)
      if (!isParallel) return
    } else if (!isParallel && !isHealthy(cluster, set, pod)) {
      return
    }
  }
  const surplus = [...byOrdinal]
    .flatMap(([ordinal, pod]) => (ordinal === undefined ? [] : [{ ordinal, pod }]))
    .filter(({ ordinal }) => ordinal < start || ordinal >= start + replicas)
    .toSorted((a, b) => b.ordinal - a.ordinal)
  for (const { ordinal, pod } of surplus) {
    if (pod.metadata.deletionTimestamp === undefined) await deletePod(cluster, set, pod)
    if (!isParallel) return
    await dropClaims(cluster, set, ordinal)
  }
  for (const { ordinal } of surplus) await dropClaims(cluster, set, ordinal)
  await updateNext(cluster, view, byOrdinal)
}

async function createPod(cluster: Cluster, view: View, ordinal: number): Promise<void> {
  const { set } = view
  const what = `create Pod ${podName(set, ordinal)} in StatefulSet ${set.metadata.name}`
  try {
    await cluster.create('pods', statefulPod(set, revisionFor(view, ordinal), ordinal))
  } catch (error) {
    if (error instanceof StatusError) {
      cluster.warnOf(set, 'FailedCreate', `${what} failed error: ${error.message}`)
    }
    throw error
  }
  cluster.tell(set, 'SuccessfulCreate', `${what} successful`)
}

function tellRecreation(cluster: Cluster, set: KubernetesObject, pod: KubernetesObject): void {
  const hasFailed = phaseOf(pod) === 'Failed'
  const { namespace, name } = set.metadata
  const how = hasFailed ? 'failed' : 'terminated'
  const message = `StatefulSet ${namespace}/${name} is recreating ${how} Pod ${pod.metadata.name}`
  if (hasFailed) cluster.warnOf(set, 'RecreatingFailedPod', message)
  else cluster.tell(set, 'RecreatingTerminatedPod', message)
}

async function deletePod(
  cluster: Cluster,
  set: KubernetesObject,
  pod: KubernetesObject,
): Promise<void> {
  await cluster.delete('pods', pod)
  const message = `delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`
  cluster.tell(set, 'SuccessfulDelete', message)
}

/** Replaces the pod with the highest ordinal that is not of the newest revision. */
async function updateNext(
  cluster: Cluster,
  { set, update, start, replicas, partition }: View,
  byOrdinal: ReadonlyMap<number | undefined, KubernetesObject>,
): Promise<void> {
  if (recordAt(recordAt(set, 'spec'), 'updateStrategy')['type'] === 'OnDelete') return
  for (let ordinal = start + replicas - 1; ordinal >= partition; ordinal--) {
    const pod = byOrdinal.get(ordinal)
    if (pod === undefined) return
    const isUpdated = pod.metadata.labels?.[revisionLabel] === update.metadata.name
    if (!isUpdated && pod.metadata.deletionTimestamp === undefined) {
      await deletePod(cluster, set, pod)
      return
    }
    if (!isHealthy(cluster, set, pod)) return
  }
}

function revisionFor({ current, update, partition }: View, ordinal: number): KubernetesObject {
  return ordinal < partition ? current : update
}

function minReadySeconds(set: KubernetesObject): number {
  return numberAt(recordAt(set, 'spec'), 'minReadySeconds') ?? 0
}

function isHealthy(cluster: Cluster, set: KubernetesObject, pod: KubernetesObject): boolean {
  if (pod.metadata.deletionTimestamp !== undefined) return false
  return availableInMs(pod, minReadySeconds(set), cluster.clock.now()) === 0
}

function isUsed(revision: KubernetesObject, pods: readonly KubernetesObject[]): boolean {
  return pods.some(({ metadata }) => metadata.labels?.[revisionLabel] === revision.metadata.name)
}

async function writeStatus(
  cluster: Cluster,
  { set, current, update, start, replicas }: View,
  pods: readonly KubernetesObject[],
): Promise<void> {
  const wanted = new Set(
    Array.from({ length: replicas }, (_, index) => podName(set, start + index)),
  )
  const waits = pods.map((pod) => availableInMs(pod, minReadySeconds(set), cluster.clock.now()))
  const soonest = Math.min(...waits.filter((wait) => wait !== undefined && wait > 0).map(Number))
  if (Number.isFinite(soonest)) cluster.wakeAfter(set, soonest)
  const ofRevision = (revision: KubernetesObject): number =>
    pods.filter(
      ({ metadata }) =>
        metadata.deletionTimestamp === undefined &&
        wanted.has(metadata.name ?? '') &&
        metadata.labels?.[revisionLabel] === revision.metadata.name,
    ).length
  const ready = pods.filter(isReady).length
  const updated = ofRevision(update)
  const isDone = updated === replicas && ready === replicas && pods.length === replicas
  const { collisionCount = 0, conditions } = recordAt(set, 'status')
  await cluster.setStatus(resource, set, {
    ...(conditions === undefined ? {} : { conditions }),
    observedGeneration: set.metadata.generation ?? 0,
    replicas: pods.length,
    readyReplicas: ready,
    availableReplicas: waits.filter((wait) => wait === 0).length,
    currentReplicas: isDone ? updated : ofRevision(current),
    updatedReplicas: updated,
    currentRevision: isDone ? update.metadata.name : current.metadata.name,
    updateRevision: update.metadata.name,
    collisionCount,
  })
}
