import {
  controllerBuilder,
  controllerOf,
  controllerReference,
  type DeepReadonly,
  type Manager,
  TerminalError,
} from '@fairlead/controller-runtime'
import { isAlreadyExists, timestamp } from '@fairlead/kube-core'
import { Job } from '@fairlead/kube-types'

import { CronJob } from './cron-job.ts'
import { type Plan, plan, scheduledAt } from './plan.ts'

const fieldManager = 'cronjob-operator'
const byOwner = 'controller'

/** Makes Jobs of CronJobs: carries out what `plan` decides. */
export function runCronJobs(manager: Manager): void {
  const { cache, client, clock } = manager
  const events = manager.eventRecorder(fieldManager)

  // A Job belongs to the CronJob that its owner reference names.
  cache.informerFor(Job)
  cache.addIndex(Job, byOwner, (job) => {
    const owner = controllerOf(job)
    return owner?.kind === 'CronJob' && owner.apiVersion.startsWith(CronJob.group)
      ? [owner.name]
      : []
  })

  controllerBuilder(manager)
    .for(CronJob)
    .owns(Job)
    .build(async (key, { log, signal }) => {
      const cronJob = cache.get(CronJob, key)
      if (cronJob === undefined || cronJob.metadata.deletionTimestamp !== undefined) return
      const { namespace } = key
      const jobs = cache.list(Job, { namespace, fieldSelector: `${byOwner}=${key.name}` })
      const { deletes, start, skipped, status, requeueAfterMs } = planOrGiveUp(
        cronJob,
        jobs,
        clock.now(),
      )

      for (const name of deletes) {
        await client.delete(Job, { namespace, name }, { propagationPolicy: 'Background', signal })
        log.info({ job: name }, 'deleted a Job')
      }
      if (skipped !== undefined) log.info({ reason: skipped }, 'left a run out')
      if (start !== undefined) {
        const job = jobFor(cronJob, start)
        await client.create(Job, job, { signal }).catch(ignoreExisting)
        events.event(cronJob, {
          type: 'Normal',
          reason: 'Started',
          note: `started Job ${job.metadata.name}`,
        })
      }
      await client.status.apply(
        CronJob,
        { apiVersion: 'batch.example.com/v1', kind: 'CronJob', metadata: key, status },
        { fieldManager, force: true, signal },
      )
      return requeueAfterMs === undefined ? {} : { requeueAfterMs }
    })
}

/** A schedule that cannot be read stays so until somebody changes it. */
function planOrGiveUp(...args: Parameters<typeof plan>): Plan {
  try {
    return plan(...args)
  } catch (error) {
    throw new TerminalError('the schedule cannot be read', { cause: error })
  }
}

/** Its name comes from the moment, so that no moment has two Jobs. */
function jobFor(cronJob: DeepReadonly<CronJob>, startMs: number) {
  const { name, namespace } = cronJob.metadata
  const { metadata, spec } = cronJob.spec.jobTemplate
  return {
    apiVersion: 'batch/v1' as const,
    kind: 'Job' as const,
    metadata: {
      name: `${name}-${startMs / 1000}`,
      namespace,
      labels: { ...metadata?.labels },
      annotations: { ...metadata?.annotations, [scheduledAt]: timestamp(startMs) },
      ownerReferences: [controllerReference(CronJob, cronJob)],
    },
    spec,
  }
}

function ignoreExisting(error: unknown): void {
  if (!isAlreadyExists(error)) throw error
}
