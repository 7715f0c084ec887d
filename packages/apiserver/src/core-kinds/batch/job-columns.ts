import type { KubernetesObject } from '@fairlead/kube-core'

import { numberAt, optionalTextAt, recordAt, recordsAt } from '../../definitions/fields.ts'
import { humanDuration } from '../../definitions/human-duration.ts'
import type { PrinterColumn } from '../../definitions/printer-column.ts'
import { ageColumn, nameColumn, textColumn } from '../../definitions/standard-columns.ts'
import { containerColumns, selectorColumn, templateSpec } from '../shared/workload-columns.ts'

/** As printJob in Kubernetes' printers. */
export const jobColumns: readonly PrinterColumn[] = [
  nameColumn,
  textColumn('Status', 'Status of the job.', statusOf),
  textColumn('Completions', 'Pods that have completed, of how many', completionsOf),
  textColumn('Duration', 'Time required to complete the job.', durationOf),
  ageColumn,
  ...containerColumns(templateSpec, 1),
  selectorColumn,
]

function statusOf(job: KubernetesObject): string {
  const holds = (type: string): boolean =>
    recordsAt(recordAt(job, 'status'), 'conditions').some(
      (condition) => condition['type'] === type && condition['status'] === 'True',
    )
  if (holds('Complete')) return 'Complete'
  if (holds('Failed')) return 'Failed'
  if (job.metadata.deletionTimestamp !== undefined) return 'Terminating'
  if (holds('Suspended')) return 'Suspended'
  return holds('FailureTarget') ? 'FailureTarget' : 'Running'
}

function completionsOf(job: KubernetesObject): string {
  const spec = recordAt(job, 'spec')
  const succeeded = numberAt(recordAt(job, 'status'), 'succeeded') ?? 0
  const completions = numberAt(spec, 'completions')
  if (completions !== undefined) return `${succeeded}/${completions}`
  const parallelism = numberAt(spec, 'parallelism') ?? 0
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`
}

function durationOf(job: KubernetesObject, nowMs: number): string {
  const status = recordAt(job, 'status')
  const start = optionalTextAt(status, 'startTime')
  if (start === undefined) return ''
  const end = optionalTextAt(status, 'completionTime')
  return humanDuration((end === undefined ? nowMs : Date.parse(end)) - Date.parse(start))
}
