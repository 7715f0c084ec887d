import { deepEqual, GoSyntax, type KubernetesObject } from '@fairlead/kube-core'

import { recordAt, recordsAt } from '../../definitions/fields.ts'
import { Place } from '../shared/place.ts'
import { commonIndex, countIndexes } from './job-indexes.ts'

/** The conditions that hold in a status. */
class Conditions {
  readonly #holding: ReadonlySet<string>

  constructor(status: Place) {
    this.#holding = new Set(
      recordsAt(status.fields, 'conditions').flatMap(({ type, status: holds }) =>
        holds === 'True' ? [String(type)] : [],
      ),
    )
  }

  has(type: string): boolean {
    return this.#holding.has(type)
  }

  get isFinished(): boolean {
    return this.has('Complete') || this.has('Failed')
  }
}

interface Comparison {
  readonly spec: Place
  readonly status: Place
  readonly before: Place
  readonly now: Conditions
  readonly past: Conditions
  /** Whether one of these fields or conditions differs. */
  readonly changed: (...names: readonly string[]) => boolean
}

/**
 * As ValidateJobUpdateStatus in Kubernetes' validation of `batch`: most is only said of what an
 * update changes.
 */
export function validateJobStatus(root: Place, previous: KubernetesObject): void {
  const status = root.within('status')
  const before = new Place(recordAt(previous, 'status'), 'status', [])
  const now = new Conditions(status)
  const past = new Conditions(before)
  const changed = (...names: readonly string[]): boolean =>
    names.some((name) =>
      name === 'finished'
        ? now.isFinished !== past.isFinished
        : /^[A-Z]/.test(name)
          ? now.has(name) !== past.has(name)
          : !deepEqual(status.fields[name], before.fields[name]),
    )
  const comparison = { spec: root.within('spec'), status, before, now, past, changed }
  for (const field of ['active', 'succeeded', 'failed', 'ready', 'terminating']) {
    status.notNegative(field)
  }
  validateUncounted(status)
  validateConditions(comparison)
  validateTimes(comparison)
  validateFinished(comparison)
  validateIndexes(comparison)
  validateHistory(comparison)
}

function validateUncounted(status: Place): void {
  const uncounted = status.within('uncountedTerminatedPods')
  const seen = new Set<string>()
  for (const list of ['succeeded', 'failed']) {
    for (const [index, uid] of uncounted.texts(list).entries()) {
      const field = `${list}[${index}]`
      if (uid === '') uncounted.invalid(field, 'must not be empty', uid)
      else if (seen.has(uid)) uncounted.duplicate(field, uid)
      else seen.add(uid)
    }
  }
}

function refuse({ status }: Comparison, detail: string): void {
  status.found.push({ type: 'Invalid', field: status.pathOf('conditions'), detail })
}

function validateConditions(comparison: Comparison): void {
  const { now, changed, spec } = comparison
  const pairs: readonly (readonly [string, string, boolean, string])[] = [
    ['Complete', 'Failed', changed('Complete', 'Failed'), 'Complete=True and Failed=true'],
    [
      'Complete',
      'FailureTarget',
      changed('Complete', 'FailureTarget'),
      'Complete=True and FailureTarget=true',
    ],
    ['SuccessCriteriaMet', 'Failed', true, 'SuccessCriteriaMet=True and Failed=true'],
    ['SuccessCriteriaMet', 'FailureTarget', true, 'SuccessCriteriaMet=True and FailureTarget=true'],
  ]
  for (const [one, other, isChecked, shown] of pairs) {
    if (isChecked && now.has(one) && now.has(other)) {
      refuse(comparison, `cannot set ${shown} conditions`)
    }
  }
  if (changed('Failed', 'failedIndexes') && now.has('Failed') && !now.has('FailureTarget')) {
    refuse(comparison, 'cannot set Failed=True condition without the FailureTarget=true condition')
  }
  const isComplete = now.has('Complete') && !now.has('SuccessCriteriaMet')
  if (changed('Complete', 'SuccessCriteriaMet') && isComplete) {
    const detail =
      'cannot set Complete=True condition without the SuccessCriteriaMet=true condition'
    refuse(comparison, detail)
  }
  if (isComplete && spec.has('successPolicy')) {
    const detail =
      'cannot set Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True'
    refuse(comparison, detail)
  }
}

function validateTimes({ status, now, changed }: Comparison): void {
  const start = status.text('startTime')
  const end = status.text('completionTime')
  if (changed('Complete', 'completionTime')) {
    if (end !== '' && !now.has('Complete')) {
      const detail = 'cannot set completionTime when there is no Complete=True condition'
      status.invalid('completionTime', detail, shownTime(end))
    }
    if (end === '' && now.has('Complete')) {
      status.required('completionTime', 'completionTime is required for Complete jobs')
    }
  }
  if (!changed('startTime', 'completionTime') || start === '' || end === '') return
  if (Date.parse(end) >= Date.parse(start)) return
  status.invalid('completionTime', 'completionTime cannot be set before startTime', shownTime(end))
}

/** As Go prints a time. */
function shownTime(time: string): GoSyntax {
  return new GoSyntax(`${time.slice(0, 10)} ${time.slice(11, 19)} +0000 UTC`)
}

function validateFinished({ spec, status, now, changed }: Comparison): void {
  const active = status.number('active')
  if (changed('ready', 'active') && status.number('ready') > active) {
    status.invalid('ready', 'cannot set more ready pods than active')
  }
  if (!now.isFinished) return
  if (changed('finished', 'active') && active > 0) {
    status.invalid('active', 'active>0 is invalid for finished job')
  }
  const needsNoStart = spec.isTrue('suspend') && spec.optionalNumber('completions') === 0
  if (changed('finished', 'startTime') && !needsNoStart && !status.has('startTime')) {
    status.required('startTime', 'startTime is required for finished job')
  }
  const uncounted = status.within('uncountedTerminatedPods')
  const count = uncounted.items('failed').length + uncounted.items('succeeded').length
  if (changed('finished', 'uncountedTerminatedPods') && count > 0) {
    const detail = 'uncountedTerminatedPods needs to be empty for finished job'
    status.invalid(
      'uncountedTerminatedPods',
      detail,
      new GoSyntax('batch.UncountedTerminatedPods{}'),
    )
  }
  if (changed('finished', 'terminating') && status.number('terminating') > 0) {
    status.invalid('terminating', 'terminating>0 is invalid for finished job')
  }
}

function validateIndexes({ spec, status, changed }: Comparison): void {
  const completions = spec.optionalNumber('completions')
  const hasBackoff = spec.has('backoffLimitPerIndex')
  const check = (field: string): void => {
    const count = countIndexes(status.text(field), completions ?? 0)
    if (typeof count === 'string') status.invalid(field, `error parsing ${field}: ${count}`)
  }
  if (changed('completedIndexes')) {
    if (completions !== undefined) check('completedIndexes')
    if (status.text('completedIndexes') !== '' && spec.text('completionMode') !== 'Indexed') {
      const detail = 'cannot set non-empty completedIndexes when non-indexed completion mode'
      status.invalid('completedIndexes', detail)
    }
  }
  if (!status.has('failedIndexes')) return
  if (changed('failedIndexes')) {
    if (completions !== undefined && hasBackoff) check('failedIndexes')
    if (!hasBackoff) {
      const detail = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'
      status.invalid('failedIndexes', detail)
    }
  }
  if (completions === undefined || !changed('failedIndexes', 'completedIndexes')) return
  const both = [status.text('completedIndexes'), status.text('failedIndexes')] as const
  const common = commonIndex(...both, completions)
  if (common === undefined) return
  const detail = `failedIndexes and completedIndexes overlap at index: ${common}`
  status.invalid('failedIndexes', detail)
}

/** What has happened does not unhappen. */
function validateHistory(comparison: Comparison): void {
  const { spec, status, before, now, past, changed } = comparison
  for (const type of ['Failed', 'Complete', 'FailureTarget']) {
    if (!past.has(type) || now.has(type)) continue
    refuse(comparison, `cannot disable the terminal ${type}=True condition`)
  }
  if (status.number('failed') < before.number('failed')) {
    status.invalid('failed', 'cannot decrease the failed counter', status.number('failed'))
  }
  const isElastic =
    spec.text('completionMode') === 'Indexed' &&
    spec.optionalNumber('completions') === spec.optionalNumber('parallelism')
  if (!isElastic && status.number('succeeded') < before.number('succeeded')) {
    const detail = 'cannot decrease the succeeded counter'
    status.invalid('succeeded', detail, status.number('succeeded'))
  }
  const [end, endBefore] = [status.text('completionTime'), before.text('completionTime')]
  if (end !== '' && endBefore !== '' && end !== endBefore) {
    status.invalid('completionTime', 'completionTime cannot be mutated', shownTime(end))
  }
  const isResuming = past.has('Suspended') && !now.has('Suspended')
  if (changed('startTime') && !isResuming && before.has('startTime') && !spec.isTrue('suspend')) {
    status.required('startTime', 'startTime cannot be removed for unsuspended job')
  }
  if (past.has('SuccessCriteriaMet') && !now.has('SuccessCriteriaMet')) {
    refuse(comparison, 'cannot disable the SuccessCriteriaMet=True condition')
  }
  const wasComplete = past.has('Complete') && !past.has('SuccessCriteriaMet')
  if (!wasComplete || !now.has('SuccessCriteriaMet')) return
  const detail = 'cannot set SuccessCriteriaMet=True for Job already has Complete=true conditions'
  refuse(comparison, detail)
}
