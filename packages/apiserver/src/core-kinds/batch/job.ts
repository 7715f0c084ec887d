import { checkDnsLabel, goStringMap, type KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { numberAt, recordAt } from '../../definitions/fields.ts'
import type { MutableObject } from '../../definitions/resource-definition.ts'
import { fieldsAt, fieldsWithin } from '../shared/defaulting.ts'
import { validateLabelSelector } from '../shared/label-selector.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { goLabelSelector, selectorAt } from '../shared/pod-selector.ts'
import { dropDisabledIn } from '../shared/pod/drop-disabled-in.ts'
import { nameWarnings } from '../shared/workload-warnings.ts'
import { jobColumns } from './job-columns.ts'
import { defaultJobSpec, validateJobSpec } from './job-spec.ts'
import { validateJobStatus } from './job-status.ts'
import { validateJobUpdate } from './job-update.ts'
import { jobSpecWarnings } from './job-warnings.ts'

const dropDisabled = dropDisabledIn('spec')
const legacyUid = 'controller-uid'
const legacyName = 'job-name'
const uidLabel = 'batch.kubernetes.io/controller-uid'
const nameLabel = 'batch.kubernetes.io/job-name'

/** As the defaults, the strategy and the validation of Jobs in Kubernetes. */
export const jobRules: KindRules = {
  group: 'batch',
  plural: 'jobs',
  hasGeneration: true,
  selectableFields: ['status.successful'],
  selectableValue: (job, path) =>
    path === 'status.successful'
      ? String(numberAt(recordAt(job, 'status'), 'succeeded') ?? 0)
      : undefined,
  allColumns: jobColumns,
  writeRules: {
    defaults(job) {
      const spec = fieldsAt(job, 'spec')
      if (spec === undefined) return
      const template = fieldsAt(spec, 'template') ?? {}
      const labels = fieldsAt(fieldsAt(template, 'metadata') ?? {}, 'labels')
      const isLabelled = Object.keys(job.metadata.labels ?? {}).length > 0
      if (labels !== undefined && Object.keys(labels).length > 0 && !isLabelled) {
        job.metadata.labels = { ...(labels as Record<string, string>) }
      }
      defaultJobSpec(spec)
    },
    prepareForCreate(job) {
      const spec = fieldsAt(job, 'spec')
      if (spec !== undefined && spec['manualSelector'] !== true) generateSelector(job)
      dropDisabled(job)
    },
    prepareForUpdate: dropDisabled,
    validate: (job, previous) =>
      errorsOf(job, (root) => {
        validateJob(root, previous)
        if (previous === undefined) return
        // The real server validates an update once more.
        validateSpec(root.within('spec'))
        validateJobUpdate(root.within('spec'), previous)
      }),
    validateStatus: (job, previous) => errorsOf(job, (root) => validateJobStatus(root, previous)),
    warnings: (job, previous) => [
      ...nameWarnings(job, previous),
      ...jobSpecWarnings(recordAt(job, 'spec'), 'spec', previous && recordAt(previous, 'spec')),
    ],
  },
}

/** A job selects the pods that it makes, by labels that no other has. */
function generateSelector(job: MutableObject): void {
  const spec = fieldsWithin(job, 'spec')
  const { name = '', uid = '' } = job.metadata
  const metadata = fieldsWithin(fieldsWithin(spec, 'template'), 'metadata')
  const labels = fieldsWithin(metadata, 'labels')
  for (const label of [legacyName, nameLabel]) labels[label] ??= name
  for (const label of [legacyUid, uidLabel]) labels[label] ??= uid
  fieldsWithin(fieldsWithin(spec, 'selector'), 'matchLabels')[uidLabel] ??= uid
}

/** As ValidateJob. */
function validateJob(root: Place, previous: KubernetesObject | undefined): void {
  const spec = root.within('spec')
  validateGeneratedSelector(root, spec, previous)
  validateSpec(spec)
  const completions = spec.number('completions')
  if (spec.text('completionMode') !== 'Indexed' || completions <= 0) return
  const { name = '' } = root.fields['metadata'] as KubernetesObject['metadata']
  const hostname = `${name}-${completions - 1}`
  if (checkDnsLabel(hostname).length === 0) return
  const detail = `will not able to create pod with invalid DNS label: ${hostname}`
  root.invalid('metadata.name', detail, name)
}

/** As ValidateJobSpec. */
function validateSpec(spec: Place): void {
  validateJobSpec(spec)
  const selector = spec.at('selector')
  if (selector === undefined) spec.required('selector')
  validateLabelSelector(selector)
  const parsed = selectorAt(spec, 'selector')
  const metadata = spec.within('template').within('metadata')
  const labels = metadata.textMap('labels')
  if (parsed === 'invalid' || parsed?.matches(labels) === true) return
  const shown = goStringMap(metadata.has('labels') ? labels : undefined)
  metadata.invalid('labels', '`selector` does not match template `labels`', shown)
}

/** As validateGeneratedSelector: what was generated when a job was created stays so. */
function validateGeneratedSelector(
  root: Place,
  spec: Place,
  previous: KubernetesObject | undefined,
): void {
  if (spec.isTrue('manualSelector') || !spec.has('selector')) return
  const { name = '', uid = '' } = root.fields['metadata'] as KubernetesObject['metadata']
  const metadata = spec.within('template').within('metadata')
  const before = previous && labelsOfTemplate(previous)
  const isPrefixed = before === undefined || (nameLabel in before && uidLabel in before)
  const expected: Record<string, string> = {
    [legacyUid]: uid,
    [legacyName]: name,
    ...(isPrefixed ? { [uidLabel]: uid, [nameLabel]: name } : {}),
  }
  for (const [label, value] of Object.entries(expected)) validateLabel(metadata, label, value)
  const selector = selectorAt(spec, 'selector')
  if (selector === 'invalid' || selector?.matches(expected) !== false) return
  const shown = goLabelSelector(spec.fields['selector'])
  spec.invalid('selector', '`selector` not auto-generated', shown)
}

function labelsOfTemplate(job: KubernetesObject): object {
  const template = recordAt(recordAt(job, 'spec'), 'template')
  return recordAt(recordAt(template, 'metadata'), 'labels')
}

function validateLabel(metadata: Place, label: string, value: string): void {
  const labels = metadata.textMap('labels')
  const field = `labels[${label}]`
  if (labels[label] === undefined) metadata.required(field, `must be '${value}'`)
  else if (labels[label] !== value) {
    metadata.invalid(field, `must be '${value}'`, goStringMap(labels))
  }
}
