import {
  isAlreadyExists,
  nextMoment,
  parseCronSchedule,
  timestamp,
  type KubernetesObject,
} from '@fairlead/kube-core'

import { controllerUser } from '../../../auth/user.ts'
import { numberAt, recordAt, recordsAt, textAt, textMapAt } from '../../../definitions/fields.ts'
import type { Cluster } from '../shared/cluster.ts'
import { conditionsOf, holds, type StatusCondition } from '../shared/conditions.ts'
import { controllerReference } from '../shared/controller-reference.ts'
import { ownerTrigger } from '../shared/owner-trigger.ts'
import type { Stage } from '../shared/stage.ts'

const resource = 'cronjobs.batch'
const jobs = 'jobs.batch'
/** So many missed moments are looked at; a schedule that has missed more goes on from now. */
const missedMax = 100

/** Makes Jobs when they are due. As syncCronJob in Kubernetes. */
export const cronJobStage: Stage = {
  user: controllerUser('cronjob-controller'),
  resource,
  triggers: [ownerTrigger(jobs, { kind: 'CronJob', resource })],
  async reconcile(cluster, cronJob) {
    if (cronJob.metadata.deletionTimestamp !== undefined) return
    const made = await makeDue(cluster, cronJob)
    await writeStatus(cluster, cronJob, made)
    tellEnds(cluster, cronJob)
    await forgetOld(cluster, cronJob)
  },
}

/** The moment at which a Job was made, if one was. */
async function makeDue(cluster: Cluster, cronJob: KubernetesObject): Promise<number | undefined> {
  const spec = recordAt(cronJob, 'spec')
  if (spec['suspend'] === true) return undefined
  const due = dueMoment(cluster, cronJob)
  if (due === undefined) return undefined
  const deadline = numberAt(spec, 'startingDeadlineSeconds')
  const isLate = deadline !== undefined && due + deadline * 1000 < cluster.clock.now()
  if (isLate) return undefined
  const running = cluster.ownedBy(jobs, cronJob).filter((job) => !isFinished(job))
  if (running.length > 0 && spec['concurrencyPolicy'] === 'Forbid') {
    cluster.tell(
      cronJob,
      'JobAlreadyActive',
      'Not starting job because prior execution is running and concurrency policy is Forbid',
    )
    return undefined
  }
  if (spec['concurrencyPolicy'] === 'Replace') {
    for (const job of running) await deleteJob(cluster, cronJob, job)
  }
  await makeJob(cluster, cronJob, due)
  return due
}

/** The last moment that has come since the last Job; has the next one wake it. */
function dueMoment(cluster: Cluster, cronJob: KubernetesObject): number | undefined {
  const spec = recordAt(cronJob, 'spec')
  const nowMs = cluster.clock.now()
  const last = textAt(recordAt(cronJob, 'status'), 'lastScheduleTime')
  const schedule = parseCronSchedule(textAt(spec, 'schedule'))
  const zone = textAt(spec, 'timeZone') || 'UTC'
  const next = (afterMs: number): number | undefined => nextMoment(schedule, afterMs, zone)
  let moment = next(Date.parse(last || (cronJob.metadata.creationTimestamp ?? '')))
  let due: number | undefined
  for (let missed = 0; moment !== undefined && moment <= nowMs; missed++) {
    due = moment
    moment = missed < missedMax ? next(moment) : next(nowMs)
  }
  if (moment !== undefined) cluster.wakeAfter(cronJob, moment - nowMs)
  return due
}

async function makeJob(cluster: Cluster, cronJob: KubernetesObject, moment: number): Promise<void> {
  const template = recordAt(recordAt(cronJob, 'spec'), 'jobTemplate')
  const metadata = recordAt(template, 'metadata')
  const { name: owner = '', namespace = '' } = cronJob.metadata
  const name = `${owner}-${Math.floor(moment / 60_000)}`
  const scheduled = 'batch.kubernetes.io/cronjob-scheduled-timestamp'
  try {
    await cluster.create(jobs, {
      metadata: {
        name,
        namespace,
        labels: textMapAt(metadata, 'labels'),
        annotations: { ...textMapAt(metadata, 'annotations'), [scheduled]: timestamp(moment) },
        ownerReferences: [controllerReference(cronJob)],
      },
      spec: template['spec'],
    })
    cluster.tell(cronJob, 'SuccessfulCreate', `Created job ${name}`)
  } catch (error) {
    if (!isAlreadyExists(error)) throw error
  }
}

async function deleteJob(
  cluster: Cluster,
  cronJob: KubernetesObject,
  job: KubernetesObject,
): Promise<void> {
  await cluster.delete(jobs, job)
  cluster.tell(cronJob, 'SuccessfulDelete', `Deleted job ${job.metadata.name}`)
}

async function forgetOld(cluster: Cluster, cronJob: KubernetesObject): Promise<void> {
  const spec = recordAt(cronJob, 'spec')
  const owned = cluster.ownedBy(jobs, cronJob)
  for (const [type, field] of [
    ['Complete', 'successfulJobsHistoryLimit'],
    ['Failed', 'failedJobsHistoryLimit'],
  ] as const) {
    const limit = numberAt(spec, field)
    if (limit === undefined) continue
    const ended = owned
      .filter((job) => holds(job, type))
      .toSorted((a, b) => startedMs(a) - startedMs(b))
    for (const job of ended.slice(0, Math.max(0, ended.length - limit))) {
      await deleteJob(cluster, cronJob, job)
    }
  }
}

async function writeStatus(
  cluster: Cluster,
  cronJob: KubernetesObject,
  made: number | undefined,
): Promise<void> {
  const { active: _, ...before } = recordAt(cronJob, 'status')
  const owned = cluster.ownedBy(jobs, cronJob)
  const running = owned.filter((job) => !isFinished(job))
  const completed = owned
    .map((job) => textAt(recordAt(job, 'status'), 'completionTime'))
    .concat(textAt(before, 'lastSuccessfulTime'))
    .filter((time) => time !== '')
    .toSorted((a, b) => Date.parse(a) - Date.parse(b))
    .at(-1)
  const known = recordsAt(recordAt(cronJob, 'status'), 'active')
  const active = running.map((job) => {
    const { apiVersion, kind, metadata } = job
    const { name, namespace, uid, resourceVersion } = metadata
    return (
      known.find((reference) => reference['uid'] === uid) ?? {
        apiVersion,
        kind,
        name,
        namespace,
        uid,
        resourceVersion,
      }
    )
  })
  await cluster.setStatus(resource, cronJob, {
    ...before,
    active,
    ...(made === undefined ? {} : { lastScheduleTime: timestamp(made) }),
    ...(completed === undefined ? {} : { lastSuccessfulTime: completed }),
  })
}

/** Records the end of Jobs that were active. */
function tellEnds(cluster: Cluster, cronJob: KubernetesObject): void {
  const active = recordsAt(recordAt(cronJob, 'status'), 'active').map(({ uid }) => uid)
  for (const job of cluster.ownedBy(jobs, cronJob)) {
    const end = conditionsOf(job).find(isEnd)
    if (end === undefined || !active.includes(job.metadata.uid)) continue
    const message = `Saw completed job: ${job.metadata.name}, condition: ${end.type}`
    cluster.tell(cronJob, 'SawCompletedJob', message)
  }
}

function isFinished(job: KubernetesObject): boolean {
  return conditionsOf(job).some(isEnd)
}

function isEnd({ type, status }: StatusCondition): boolean {
  return status === 'True' && (type === 'Complete' || type === 'Failed')
}

function startedMs(job: KubernetesObject): number {
  return Date.parse(textAt(recordAt(job, 'status'), 'startTime') || '1970-01-01T00:00:00Z')
}
