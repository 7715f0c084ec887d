import {
  defaultTo,
  defaultZeroTo,
  fieldsAt,
  itemsAt,
  type MutableFields,
} from '../shared/defaulting.ts'
import { validateDomainPrefixedPath } from '../shared/domain-name.ts'
import type { Place } from '../shared/place.ts'
import { defaultPodTemplate } from '../shared/pod/default-pod-spec.ts'
import { validatePodTemplate } from '../shared/pod/pod-template.ts'
import { validatePodFailurePolicy } from './job-failure-policy.ts'
import { validateSuccessPolicy } from './job-success-policy.ts'

const int32Max = 2 ** 31 - 1
const parallelismMax = 100_000
const failedIndexesMax = 100_000
/** Above so many completions, indexes that failed take more room. */
const manyCompletions = 100_000
const parallelismOfManyMax = 10_000
const failedIndexesOfManyMax = 10_000
const managerBytesMax = 63

/** As SetDefaults_Job in Kubernetes' defaults of `batch`, of the specification in a Job. */
export function defaultJobSpec(spec: MutableFields): void {
  if (spec['parallelism'] === undefined) defaultTo(spec, 'completions', 1)
  defaultTo(spec, 'parallelism', 1)
  defaultTo(spec, 'backoffLimit', spec['backoffLimitPerIndex'] === undefined ? 6 : int32Max)
  defaultTo(spec, 'completionMode', 'NonIndexed')
  defaultTo(spec, 'suspend', false)
  const failurePolicy = fieldsAt(spec, 'podFailurePolicy')
  for (const rule of itemsAt(failurePolicy ?? {}, 'rules')) {
    for (const pattern of itemsAt(rule, 'onPodConditions')) {
      defaultZeroTo(pattern, 'status', 'True')
    }
  }
  const replacement = failurePolicy === undefined ? 'TerminatingOrFailed' : 'Failed'
  defaultTo(spec, 'podReplacementPolicy', replacement)
  defaultTo(spec, 'manualSelector', false)
  defaultPodTemplate(spec, 'template')
}

/** As validateJobSpec in Kubernetes' validation of `batch`, without the selector. */
export function validateJobSpec(spec: Place): void {
  for (const field of [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ]) {
    spec.notNegative(field)
  }
  if (spec.has('maxFailedIndexes') && !spec.has('backoffLimitPerIndex')) {
    spec.required('backoffLimitPerIndex', 'when maxFailedIndexes is specified')
  }
  if (spec.has('managedBy')) {
    validateDomainPrefixedPath(spec, 'managedBy')
    if (Buffer.byteLength(spec.text('managedBy')) > managerBytesMax) {
      spec.tooLong('managedBy', managerBytesMax)
    }
  }
  spec.oneOf('completionMode', ['NonIndexed', 'Indexed'])
  if (spec.text('completionMode') === 'Indexed') validateIndexed(spec)
  if (['', 'NonIndexed'].includes(spec.text('completionMode'))) {
    for (const field of ['backoffLimitPerIndex', 'maxFailedIndexes']) {
      if (spec.has(field)) spec.invalid(field, 'requires indexed completion mode')
    }
  }
  validatePodFailurePolicy(spec)
  validateSuccessPolicy(spec)
  const replacements = spec.has('podFailurePolicy') ? ['Failed'] : ['Failed', 'TerminatingOrFailed']
  spec.oneOf('podReplacementPolicy', replacements)
  validatePodTemplate(spec.within('template'))
  validateRestarts(spec)
}

function validateIndexed(spec: Place): void {
  const completions = spec.optionalNumber('completions')
  const parallelism = spec.number('parallelism')
  const failed = spec.optionalNumber('maxFailedIndexes')
  if (completions === undefined) spec.required('completions', 'when completion mode is Indexed')
  if (parallelism > parallelismMax) {
    const detail = `must be less than or equal to ${parallelismMax} when completion mode is Indexed`
    spec.invalid('parallelism', detail)
  }
  if (completions !== undefined && failed !== undefined && failed > completions) {
    spec.invalid('maxFailedIndexes', 'must be less than or equal to completions')
  }
  if (failed !== undefined && failed > failedIndexesMax) {
    spec.invalid('maxFailedIndexes', `must be less than or equal to ${failedIndexesMax}`)
  }
  if ((completions ?? 0) <= manyCompletions || !spec.has('backoffLimitPerIndex')) return
  if (failed === undefined) {
    const detail = `must be specified when completions is above ${manyCompletions}`
    spec.required('maxFailedIndexes', detail)
  }
  const limited = (max: number): string =>
    `must be less than or equal to ${max} when completions are above ${manyCompletions} and used with backoff limit per index`
  if (parallelism > parallelismOfManyMax) {
    spec.invalid('parallelism', limited(parallelismOfManyMax))
  }
  if ((failed ?? 0) > failedIndexesOfManyMax) {
    spec.invalid('maxFailedIndexes', limited(failedIndexesOfManyMax))
  }
}

/** A job's pods end. */
function validateRestarts(spec: Place): void {
  const pod = spec.within('template').within('spec')
  const policy = pod.text('restartPolicy')
  if (policy === 'Always' || policy === '') {
    pod.required('restartPolicy', 'valid values: "OnFailure", "Never"')
  } else if (policy !== 'OnFailure' && policy !== 'Never') {
    pod.unsupported('restartPolicy', ['OnFailure', 'Never'])
  } else if (spec.has('podFailurePolicy') && policy !== 'Never') {
    const detail = 'only "Never" is supported when podFailurePolicy is specified'
    pod.invalid('restartPolicy', detail)
  }
}
