import { type DeepReadonly, type Manager, webhookBuilder } from '@fairlead/controller-runtime'
import { type FieldError, invalidField } from '@fairlead/kube-core'

import { type CronJob as CronJobObject, CronJob, cronJobs } from './cron-job.ts'
import { parseSchedule } from './schedule.ts'

/** A Job's name is the CronJob's with a dash and ten digits behind it, and has at most 63 characters. */
const nameLengthMax = 63 - 11

/** What the API server asks about CronJobs. */
export function serveWebhooks(manager: Manager): void {
  webhookBuilder(manager)
    .for(CronJob)
    .defaults((cronJob) => ({
      ...cronJob,
      spec: { successfulJobsHistoryLimit: 3, failedJobsHistoryLimit: 1, ...cronJob.spec },
    }))
    .validates({
      create: (cronJob) => ({ errors: [...mistakesInName(cronJob), ...mistakesInSpec(cronJob)] }),
      update: (cronJob) => ({ errors: mistakesInSpec(cronJob) }),
    })
    .build()
  manager.webhooks.converts(cronJobs)
}

function mistakesInName({ metadata: { name } }: DeepReadonly<CronJobObject>): FieldError[] {
  if (name.length <= nameLengthMax) return []
  return [invalidField('metadata.name', name, `must be no more than ${nameLengthMax} characters`)]
}

function mistakesInSpec({ spec: { schedule } }: DeepReadonly<CronJobObject>): FieldError[] {
  try {
    parseSchedule(schedule)
    return []
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return [invalidField('spec.schedule', schedule, reason)]
  }
}
