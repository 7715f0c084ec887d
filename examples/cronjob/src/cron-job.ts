import {
  type Defaulted,
  defineResource,
  defineVersions,
  jsonSchema,
  type ObjectMeta,
  type ObjectOf,
} from '@fairlead/kube-core'
import type { batchV1 } from '@fairlead/kube-types'

/** What happens when it is time for a run and the last one has not ended. */
export type ConcurrencyPolicy = 'Allow' | 'Forbid' | 'Replace'

/** What the spec has in every version. */
interface CommonSpec {
  startingDeadlineSeconds?: number
  concurrencyPolicy: Defaulted<ConcurrencyPolicy>
  suspend?: boolean
  jobTemplate: { metadata?: ObjectMeta; spec: batchV1.JobSpec }
  successfulJobsHistoryLimit?: number
  failedJobsHistoryLimit?: number
}

export interface CronJobSpec extends CommonSpec {
  /** Minute, hour, day of the month, month, day of the week: `0 3 * * 1`. */
  schedule: string
}

interface StructuredSchedule {
  minute: Defaulted<string>
  hour: Defaulted<string>
  dayOfMonth: Defaulted<string>
  month: Defaulted<string>
  dayOfWeek: Defaulted<string>
}

interface CronJobSpecV2 extends CommonSpec {
  schedule: Defaulted<StructuredSchedule>
}

export interface CronJobStatus {
  active?: string[]
  lastScheduleTime?: string
  nextScheduleTime?: string
}

const count = { type: 'integer', minimum: 0, maximum: 2 ** 31 - 1 }

const commonFields = {
  startingDeadlineSeconds: {
    ...count,
    description: 'A run that could not start for so long is left out.',
  },
  concurrencyPolicy: {
    type: 'string',
    enum: ['Allow', 'Forbid', 'Replace'],
    default: 'Allow',
    description: 'What happens when the last run has not ended.',
  },
  suspend: { type: 'boolean', description: 'Whether runs are left out for now.' },
  jobTemplate: {
    type: 'object',
    required: ['spec'],
    description: 'The Job that a run creates.',
    properties: {
      metadata: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  },
  successfulJobsHistoryLimit: { ...count, description: 'How many completed Jobs are kept.' },
  failedJobsHistoryLimit: { ...count, description: 'How many failed Jobs are kept.' },
}

const statusSchema = jsonSchema<CronJobStatus>({
  type: 'object',
  properties: {
    active: { type: 'array', maxItems: 1000, items: { type: 'string' } },
    lastScheduleTime: { type: 'string', format: 'date-time' },
    nextScheduleTime: { type: 'string', format: 'date-time' },
  },
})

const kind = {
  group: 'batch.example.com',
  kind: 'CronJob',
  plural: 'cronjobs',
  description: 'Runs a Job again and again, on a schedule in UTC.',
  status: statusSchema,
  printColumns: [
    { name: 'Suspend', type: 'boolean', jsonPath: '.spec.suspend' },
    { name: 'Last', type: 'date', jsonPath: '.status.lastScheduleTime' },
  ],
} as const

const v1 = defineResource({
  ...kind,
  version: 'v1',
  spec: jsonSchema<CronJobSpec>({
    type: 'object',
    required: ['schedule', 'jobTemplate'],
    properties: {
      schedule: {
        type: 'string',
        maxLength: 200,
        pattern: '^[^ ]+( [^ ]+){4}$',
        example: '*/5 * * * *',
        description: 'Minute, hour, day of the month, month, day of the week.',
      },
      ...commonFields,
    },
  }),
})

const part = { type: 'string', maxLength: 40, pattern: '^[^ ]+$', default: '*' }

const v2 = defineResource({
  ...kind,
  version: 'v2',
  spec: jsonSchema<CronJobSpecV2>({
    type: 'object',
    required: ['jobTemplate'],
    properties: {
      schedule: {
        type: 'object',
        default: {},
        properties: { minute: part, hour: part, dayOfMonth: part, month: part, dayOfWeek: part },
      },
      ...commonFields,
    },
  }),
})

/** The kind in both its versions; objects are stored as v1. */
export const cronJobs = defineVersions(
  { v1, v2 },
  {
    storage: 'v1',
    convert: {
      v2: {
        toHub: ({ spec, status }) => ({
          spec: { ...spec, schedule: joined(spec.schedule) },
          ...(status && { status }),
        }),
        fromHub: ({ spec, status }) => ({
          spec: { ...spec, schedule: split(spec.schedule) },
          ...(status && { status }),
        }),
      },
    },
  },
)

/** The version that the operator works with. */
export const CronJob = cronJobs.versions.v1
export type CronJob = ObjectOf<typeof CronJob>

function joined({ minute, hour, dayOfMonth, month, dayOfWeek }: StructuredSchedule): string {
  return [minute, hour, dayOfMonth, month, dayOfWeek].join(' ')
}

function split(schedule: string): StructuredSchedule {
  const [minute = '*', hour = '*', dayOfMonth = '*', month = '*', dayOfWeek = '*'] =
    schedule.split(' ')
  return { minute, hour, dayOfMonth, month, dayOfWeek }
}
