import type { DeepReadonly } from '@fairlead/controller-runtime'
import { timestamp } from '@fairlead/kube-core'
import type { Job } from '@fairlead/kube-types'

import type { ConcurrencyPolicy, CronJob, CronJobStatus } from './cron-job.ts'
import { lastRun, nextRun, parseSchedule } from './schedule.ts'

/** The annotation of a Job that says for which moment of the schedule it runs. */
export const scheduledAt = 'batch.example.com/scheduled-at'

/** What is to be done for a CronJob now. */
export interface Plan {
  readonly status: CronJobStatus
  /** Names of Jobs: old ones, and those that a run replaces. */
  readonly deletes: readonly string[]
  /** The moment for which a Job is to be created, in milliseconds since the epoch. */
  readonly start?: number
  /** Why a run that is due does not start. */
  readonly skipped?: string
  /** When to look again; absent when there is no next run. */
  readonly requeueAfterMs?: number
}

type Jobs = readonly DeepReadonly<Job>[]

/** Decides from what there is, and from the time; it reads nothing and changes nothing. */
export function plan(cronJob: DeepReadonly<CronJob>, all: Jobs, nowMs: number): Plan {
  const { spec, status, metadata } = cronJob
  const schedule = parseSchedule(spec.schedule)
  const jobs = all.toSorted((a, b) => timeOf(a) - timeOf(b))
  const active = jobs.filter((job) => outcomeOf(job) === undefined)
  const earlierMs = Math.max(millis(status?.lastScheduleTime), ...jobs.map(timeOf))
  const nextMs = spec.suspend ? undefined : nextRun(schedule, nowMs)
  const sinceMs = Math.max(earlierMs, millis(metadata.creationTimestamp))
  const dueMs = spec.suspend ? undefined : lastRun(schedule, sinceMs, nowMs)
  const lateAfterMs = (spec.startingDeadlineSeconds ?? Infinity) * 1000
  const run =
    dueMs === undefined ? {} : decide(spec.concurrencyPolicy, active, nowMs - dueMs > lateAfterMs)
  const start = run.skipped === undefined ? dueMs : undefined
  const lastMs = start ?? earlierMs
  return {
    status: {
      active: active.map(nameOf),
      ...(lastMs > 0 && { lastScheduleTime: timestamp(lastMs) }),
      ...(nextMs !== undefined && { nextScheduleTime: timestamp(nextMs) }),
    },
    deletes: [
      ...exceeding(jobs, 'Complete', spec.successfulJobsHistoryLimit ?? 3),
      ...exceeding(jobs, 'Failed', spec.failedJobsHistoryLimit ?? 1),
      ...(run.replaces ?? []),
    ],
    ...(start !== undefined && { start }),
    ...(run.skipped !== undefined && { skipped: run.skipped }),
    ...(nextMs !== undefined && { requeueAfterMs: nextMs - nowMs }),
  }
}

interface Decision {
  readonly skipped?: string
  readonly replaces?: readonly string[]
}

function decide(policy: ConcurrencyPolicy, active: Jobs, late: boolean): Decision {
  if (late) return { skipped: 'it is too late for it' }
  if (policy === 'Forbid' && active.length > 0) return { skipped: 'the last run has not ended' }
  return policy === 'Replace' ? { replaces: active.map(nameOf) } : {}
}

/** The oldest Jobs with that outcome, beyond the limit. */
function exceeding(jobs: Jobs, outcome: string, limit: number): string[] {
  const ended = jobs.filter((job) => outcomeOf(job) === outcome)
  return ended.slice(0, Math.max(0, ended.length - limit)).map(nameOf)
}

function outcomeOf({ status }: DeepReadonly<Job>): string | undefined {
  const ended = status?.conditions?.find(
    ({ type, status: is }) => is === 'True' && (type === 'Complete' || type === 'Failed'),
  )
  return ended?.type
}

function timeOf({ metadata }: DeepReadonly<Job>): number {
  return millis(metadata.annotations?.[scheduledAt])
}

function nameOf({ metadata }: DeepReadonly<Job>): string {
  return metadata.name ?? ''
}

/** 0 for what is absent or no time. */
function millis(time: string | undefined): number {
  return Date.parse(time ?? '') || 0
}
