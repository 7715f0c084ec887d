import { describe, expect, it } from 'vitest'
import type { Job } from '@fairlead/kube-types'

import type { CronJob, CronJobSpec } from '../src/cron-job.ts'
import { plan, scheduledAt } from '../src/plan.ts'

const nowMs = Date.parse('2026-01-01T00:10:30Z')

function cronJob(spec: Partial<CronJobSpec> = {}): CronJob {
  return {
    apiVersion: 'batch.example.com/v1',
    kind: 'CronJob',
    metadata: {
      namespace: 'default',
      name: 'report',
      creationTimestamp: '2026-01-01T00:07:00Z',
    },
    spec: {
      schedule: '*/5 * * * *',
      concurrencyPolicy: 'Allow',
      jobTemplate: { spec: { template: {} } },
      ...spec,
    },
  }
}

function job(time: string, outcome?: 'Complete' | 'Failed'): Job {
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      namespace: 'default',
      name: `report-${time}`,
      annotations: { [scheduledAt]: `2026-01-01T${time}:00Z` },
    },
    spec: { template: {} },
    ...(outcome && { status: { conditions: [{ type: outcome, status: 'True' }] } }),
  }
}

describe('the plan for a CronJob', () => {
  it('starts the run that is due, and looks again at the next', () => {
    expect(plan(cronJob(), [], nowMs)).toMatchObject({
      start: Date.parse('2026-01-01T00:10:00Z'),
      requeueAfterMs: 4.5 * 60_000,
      status: {
        lastScheduleTime: '2026-01-01T00:10:00Z',
        nextScheduleTime: '2026-01-01T00:15:00Z',
      },
    })
  })

  it('starts no run twice', () => {
    const { start, status } = plan(cronJob(), [job('00:10')], nowMs)
    expect(start).toBeUndefined()
    expect(status.active).toEqual(['report-00:10'])
  })

  it('remembers a run whose Job is gone', () => {
    const done = { ...cronJob(), status: { lastScheduleTime: '2026-01-01T00:10:00Z' } }
    expect(plan(done, [], nowMs)).not.toHaveProperty('start')
  })

  it('starts none when suspended, and does not look again', () => {
    const suspended = plan(cronJob({ suspend: true }), [], nowMs)
    expect(suspended).toEqual({ status: { active: [] }, deletes: [] })
  })

  it('leaves a run out for which it is too late', () => {
    const late = plan(cronJob({ startingDeadlineSeconds: 20 }), [], nowMs)
    expect(late).toMatchObject({ skipped: 'it is too late for it' })
    expect(late).not.toHaveProperty('start')
  })

  it.each([
    ['Allow', { start: Date.parse('2026-01-01T00:10:00Z'), deletes: [] }],
    ['Forbid', { skipped: 'the last run has not ended', deletes: [] }],
    ['Replace', { start: Date.parse('2026-01-01T00:10:00Z'), deletes: ['report-00:05'] }],
  ] as const)('with %s, while another runs', (concurrencyPolicy, expected) => {
    expect(plan(cronJob({ concurrencyPolicy }), [job('00:05')], nowMs)).toMatchObject(expected)
  })

  it('deletes the oldest Jobs beyond the limits', () => {
    const jobs = [
      job('00:04', 'Complete'),
      job('00:01', 'Complete'),
      job('00:02', 'Failed'),
      job('00:03', 'Failed'),
    ]
    const { deletes } = plan(cronJob({ successfulJobsHistoryLimit: 1 }), jobs, nowMs)
    expect(deletes).toEqual(['report-00:01', 'report-00:02'])
  })
})
