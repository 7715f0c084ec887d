import { isForbidden, StatusError, type KubernetesObject } from '@fairlead/kube-core'

import { controllerUser } from '../../../auth/user.ts'
import { numberAt, recordAt, textAt } from '../../../definitions/fields.ts'
import { claimOwned } from '../shared/claim-owned.ts'
import type { Cluster } from '../shared/cluster.ts'
import {
  conditionOf,
  conditionsOf,
  holds,
  withCondition,
  type StatusCondition,
} from '../shared/conditions.ts'
import { createPodOf, deletePodOf } from '../shared/controlled-pods.ts'
import { ownerTrigger } from '../shared/owner-trigger.ts'
import { selectorOf } from '../shared/selector-of.ts'
import type { Stage } from '../shared/stage.ts'
import { deadlineInMs, endOf, type JobEnd } from './job-end.ts'
import { indexOf, jobPod } from './job-pods.ts'
import { indexTexts, isIndexed, tallyOf, type Tally } from './job-tally.ts'

const resource = 'jobs.batch'
/** So many pods may fail before the next one has to wait. */
const promptFailures = 10
const backoffMinMs = 1_000
const backoffMaxMs = 6 * 60_000

/**
 * Runs the pods of Jobs until they are complete or have failed. A pod that has failed is replaced at
 * once, the first ten times; after that ever later.
 */
export const jobStage: Stage = {
  user: controllerUser('job-controller'),
  resource,
  triggers: [ownerTrigger('pods', { kind: 'Job', resource })],
  async reconcile(cluster, job) {
    const selector = selectorOf(job)
    const manager = textAt(recordAt(job, 'spec'), 'managedBy')
    if (selector === undefined || (manager !== '' && manager !== 'kubernetes.io/job-controller')) {
      return
    }
    const pods = await claimOwned(cluster, job, 'pods', selector)
    if (job.metadata.deletionTimestamp !== undefined) return
    if (holds(job, 'Complete') || holds(job, 'Failed')) {
      await retire(cluster, job)
      return
    }
    const tally = tallyOf(job, pods)
    const end = endOf(job, tally, cluster.clock.now())
    const isSuspended = recordAt(job, 'spec')['suspend'] === true
    if (end !== undefined || isSuspended) {
      for (const pod of tally.active) await deletePodOf(cluster, job, pod)
    } else {
      await adjust(cluster, job, tally, pods)
      const restMs = deadlineInMs(job, cluster.clock.now())
      if (restMs !== undefined) cluster.wakeAfter(job, restMs)
    }
    await writeStatus(cluster, job, end)
  },
}

/** Deletes a Job that has ended, when its time has come. As Kubernetes' TTL controller. */
async function retire(cluster: Cluster, job: KubernetesObject): Promise<void> {
  const seconds = numberAt(recordAt(job, 'spec'), 'ttlSecondsAfterFinished')
  if (seconds === undefined) return
  const end = conditionsOf(job).find(({ type }) => type === 'Complete' || type === 'Failed')
  const endedMs = Date.parse(String(end?.['lastTransitionTime']))
  const restMs = endedMs + seconds * 1000 - cluster.clock.now()
  if (restMs > 0) cluster.wakeAfter(job, restMs)
  else await cluster.delete(resource, job)
}

/** Makes the pods that are lacking, and deletes those that are too many. */
async function adjust(
  cluster: Cluster,
  job: KubernetesObject,
  tally: Tally,
  pods: readonly KubernetesObject[],
): Promise<void> {
  const spec = recordAt(job, 'spec')
  const parallelism = numberAt(spec, 'parallelism') ?? 1
  const completions = numberAt(spec, 'completions')
  const wanted =
    completions === undefined
      ? tally.succeeded > 0
        ? tally.active.length
        : parallelism
      : Math.min(parallelism, completions - tally.succeeded)
  for (const pod of tally.active.slice(Math.max(0, wanted))) await deletePodOf(cluster, job, pod)
  const waitMs = backoffMs(cluster, tally, pods)
  if (waitMs > 0) {
    cluster.wakeAfter(job, waitMs)
    return
  }
  const lacking = Math.max(0, wanted - tally.active.length)
  const indexes = isIndexed(job)
    ? openIndexes(completions ?? 0, tally, lacking)
    : Array.from({ length: lacking }, () => undefined)
  try {
    for (const index of indexes) await createPodOf(cluster, job, jobPod(job, index))
  } catch (error) {
    if (!(error instanceof StatusError) || !isForbidden(error)) throw error
    cluster.warnOf(job, 'FailedCreate', `Error creating: ${error.message}`)
    cluster.wakeAfter(job, backoffMinMs)
  }
}

function openIndexes(completions: number, tally: Tally, number: number): number[] {
  const taken = new Set(tally.active.map(indexOf))
  const open: number[] = []
  for (let index = 0; index < completions && open.length < number; index++) {
    if (!tally.completed.has(index) && !tally.lost.has(index) && !taken.has(index)) open.push(index)
  }
  return open
}

function backoffMs(cluster: Cluster, tally: Tally, pods: readonly KubernetesObject[]): number {
  if (tally.failed <= promptFailures) return 0
  const delayMs = Math.min(backoffMinMs * 2 ** (tally.failed - promptFailures), backoffMaxMs)
  const last = Math.max(...pods.map((pod) => Date.parse(pod.metadata.creationTimestamp ?? '')))
  return last + delayMs - cluster.clock.now()
}

async function writeStatus(
  cluster: Cluster,
  job: KubernetesObject,
  end: JobEnd | undefined,
): Promise<void> {
  const tally = tallyOf(job, cluster.ownedBy('pods', job))
  const before = recordAt(job, 'status')
  const isSuspended = recordAt(job, 'spec')['suspend'] === true
  const isEnded = end !== undefined && tally.active.length + tally.terminating === 0
  const wasSuspended = holds(job, 'Suspended')
  const { startTime: started, ...kept } = before
  const startTime = isSuspended ? undefined : wasSuspended || !started ? cluster.now : started
  const conditions = conditionsAfter(cluster, job, end, isEnded)
  await cluster.setStatus(resource, job, {
    ...kept,
    ...(startTime === undefined ? {} : { startTime }),
    ...(isEnded && end.type === 'Complete' ? { completionTime: cluster.now } : {}),
    active: tally.active.length,
    ready: tally.ready,
    terminating: tally.terminating,
    succeeded: tally.succeeded,
    failed: tally.failed,
    uncountedTerminatedPods: {},
    ...indexTexts(job, tally),
    conditions,
  })
  tellProgress(cluster, job, conditions)
}

/** Records that the Job has ended, or that it is suspended or goes on. */
function tellProgress(
  cluster: Cluster,
  job: KubernetesObject,
  conditions: readonly StatusCondition[],
): void {
  const before = conditionsOf(job)
  for (const { type, status, reason = '', message = '' } of conditions) {
    if (conditionOf(before, type)?.status === status) continue
    if (type === 'Complete') cluster.tell(job, 'Completed', 'Job completed')
    else if (type === 'Failed') cluster.warnOf(job, reason, message)
    else if (type === 'Suspended') {
      const isSuspended = status === 'True'
      cluster.tell(job, isSuspended ? 'Suspended' : 'Resumed', message)
    }
  }
}

function conditionsAfter(
  cluster: Cluster,
  job: KubernetesObject,
  end: JobEnd | undefined,
  isEnded: boolean,
): readonly StatusCondition[] {
  const isSuspended = recordAt(job, 'spec')['suspend'] === true
  const before = conditionsOf(job)
  const times = { lastProbeTime: cluster.now, lastTransitionTime: cluster.now }
  if (end !== undefined) {
    const { type, reason, message } = end
    const first = type === 'Complete' ? 'SuccessCriteriaMet' : 'FailureTarget'
    const because = { status: 'True', reason, message, ...times } as const
    const decided = withCondition(before, { type: first, ...because })
    // It has not ended before its pods have.
    return isEnded ? withCondition(decided, { type, ...because }) : decided
  }
  if (!isSuspended && conditionOf(before, 'Suspended') === undefined) return before
  return withCondition(before, {
    type: 'Suspended',
    status: isSuspended ? 'True' : 'False',
    reason: isSuspended ? 'JobSuspended' : 'JobResumed',
    message: isSuspended ? 'Job suspended' : 'Job resumed',
    ...times,
  })
}
