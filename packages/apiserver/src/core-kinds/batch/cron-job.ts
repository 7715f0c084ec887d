import { isTimeZone, parseCronSchedule, type KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { listAt, optionalTextAt, recordAt, textAt } from '../../definitions/fields.ts'
import { humanAge } from '../../definitions/human-duration.ts'
import type { MutableObject } from '../../definitions/resource-definition.ts'
import { ageColumn, nameColumn, textColumn } from '../../definitions/standard-columns.ts'
import { defaultTo, defaultZeroTo, fieldsAt } from '../shared/defaulting.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { goLabelSelector } from '../shared/pod-selector.ts'
import { defaultPodTemplate } from '../shared/pod/default-pod-spec.ts'
import { dropDisabledTemplateFields } from '../shared/pod/drop-disabled-fields.ts'
import { containerColumns, formatSelector } from '../shared/workload-columns.ts'
import { nameWarnings } from '../shared/workload-warnings.ts'
import { validateJobSpec } from './job-spec.ts'
import { jobSpecWarnings } from './job-warnings.ts'

/** Eleven characters are added to the names of jobs. */
const nameLengthMax = 52

/** As the defaults, the strategy and the validation of CronJobs in Kubernetes. */
export const cronJobRules: KindRules = {
  group: 'batch',
  plural: 'cronjobs',
  hasGeneration: true,
  allColumns: [
    nameColumn,
    textColumn('Schedule', 'When jobs are made', (job) =>
      textAt(recordAt(job, 'spec'), 'schedule'),
    ),
    textColumn('Timezone', 'Where the schedule is read', (job) => {
      return optionalTextAt(recordAt(job, 'spec'), 'timeZone') ?? '<none>'
    }),
    {
      ...textColumn('Suspend', 'Whether no jobs are made', (job) => {
        const { suspend } = recordAt(job, 'spec')
        return suspend === undefined ? '<unset>' : suspend === true ? 'True' : 'False'
      }),
      type: 'boolean',
    },
    {
      ...textColumn('Active', 'Jobs that are running', (job) => {
        return listAt(recordAt(job, 'status'), 'active').length
      }),
      type: 'integer',
    },
    textColumn('Last Schedule', 'When a job was last made', (job, nowMs) => {
      const last = recordAt(job, 'status')['lastScheduleTime']
      return last === undefined ? '<none>' : humanAge(last, nowMs)
    }),
    ageColumn,
    ...containerColumns((job) => recordAt(recordAt(jobSpecOf(job), 'template'), 'spec'), 1),
    textColumn(
      'Selector',
      'Which pods the jobs manage.',
      (job) => formatSelector(recordAt(jobSpecOf(job), 'selector')),
      1,
    ),
  ],
  writeRules: {
    defaults(job) {
      const spec = fieldsAt(job, 'spec')
      if (spec === undefined) return
      defaultZeroTo(spec, 'concurrencyPolicy', 'Allow')
      defaultTo(spec, 'suspend', false)
      defaultTo(spec, 'successfulJobsHistoryLimit', 3)
      defaultTo(spec, 'failedJobsHistoryLimit', 1)
      const jobSpec = fieldsAt(fieldsAt(spec, 'jobTemplate') ?? {}, 'spec')
      if (jobSpec !== undefined) defaultPodTemplate(jobSpec, 'template')
    },
    prepareForCreate: dropDisabled,
    prepareForUpdate: dropDisabled,
    validate: (job, previous) =>
      errorsOf(job, (root) => {
        validateSpec(root.within('spec'), previous)
        const name = root.within('metadata').text('name')
        if (previous === undefined && name.length > nameLengthMax) {
          const detail = `must be no more than ${nameLengthMax} characters`
          root.invalid('metadata.name', detail, name)
        }
      }),
    validateStatus: () => [],
    warnings: (job, previous) => [
      ...nameWarnings(job, previous),
      ...jobSpecWarnings(
        jobSpecOf(job),
        'spec.jobTemplate.spec',
        previous === undefined ? undefined : jobSpecOf(previous),
      ),
      ...(previous === undefined ? [] : zoneWarnings(job)),
    ],
  },
}

function jobSpecOf(job: KubernetesObject): Record<string, unknown> {
  return recordAt(recordAt(recordAt(job, 'spec'), 'jobTemplate'), 'spec')
}

function dropDisabled(job: MutableObject): void {
  const template = fieldsAt(fieldsAt(job, 'spec') ?? {}, 'jobTemplate') ?? {}
  const spec = fieldsAt(template, 'spec')
  if (spec !== undefined) dropDisabledTemplateFields(spec, 'template')
}

/** As validateCronJobSpec. */
function validateSpec(spec: Place, previous: KubernetesObject | undefined): void {
  const before = previous === undefined ? undefined : recordAt(previous, 'spec')
  if (spec.requireText('schedule')) {
    validateSchedule(spec, before !== undefined && textAt(before, 'schedule').includes('TZ'))
  }
  spec.notNegative('startingDeadlineSeconds')
  if (before?.['timeZone'] !== spec.fields['timeZone']) validateTimeZone(spec)
  spec.requiredOneOf('concurrencyPolicy', ['Allow', 'Forbid', 'Replace'])
  const job = spec.within('jobTemplate').within('spec')
  validateJobSpec(job)
  if (job.has('selector')) {
    const shown = goLabelSelector(job.fields['selector'])
    job.invalid('selector', '`selector` will be auto-generated', shown)
  }
  if (job.isTrue('manualSelector')) job.unsupported('manualSelector', ['nil', 'false'])
  spec.notNegative('successfulJobsHistoryLimit')
  spec.notNegative('failedJobsHistoryLimit')
}

function validateSchedule(spec: Place, mayHaveZone: boolean): void {
  const schedule = spec.text('schedule')
  try {
    parseCronSchedule(schedule)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    spec.invalid('schedule', error.message)
  }
  if (!schedule.includes('TZ')) return
  if (!mayHaveZone) {
    spec.invalid('schedule', 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead')
  } else if (spec.has('timeZone')) {
    spec.invalid('schedule', 'cannot use both timeZone field and TZ or CRON_TZ in schedule')
  }
}

function validateTimeZone(spec: Place): void {
  if (!spec.has('timeZone')) return
  const zone = spec.text('timeZone')
  const unknown = `unknown time zone ${zone}`
  if (zone === '') {
    spec.invalid('timeZone', 'timeZone must be nil or non-empty string')
    return
  }
  const isName = zone
    .split('/')
    .every((part) => /^[A-Za-z.\-_0-9+]{1,14}$/.test(part) && !/^\.{1,2}$|^-/.test(part))
  if (!isName) {
    spec.invalid('timeZone', unknown)
    return
  }
  if (zone.toLowerCase() === 'local') {
    const detail =
      'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones'
    spec.invalid('timeZone', detail)
  }
  if (zone !== 'Local' && !isTimeZone(zone)) spec.invalid('timeZone', unknown)
}

function zoneWarnings(job: KubernetesObject): string[] {
  if (!textAt(recordAt(job, 'spec'), 'schedule').includes('TZ')) return []
  return [
    'cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see ' +
      'https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details',
  ]
}
