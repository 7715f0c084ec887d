import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt } from '../../definitions/fields.ts'
import { defaultTo, fieldsAt } from '../shared/defaulting.ts'
import { immutableErrors } from '../shared/immutable-field.ts'
import { validateLabelSelector } from '../shared/label-selector.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import {
  goLabelSelector,
  isEmptySelector,
  selectorAt,
  validateSelects,
} from '../shared/pod-selector.ts'
import { defaultPodTemplate } from '../shared/pod/default-pod-spec.ts'
import { dropDisabledIn } from '../shared/pod/drop-disabled-in.ts'
import { validatePodTemplate } from '../shared/pod/pod-template.ts'
import { replicatedPods, replicatedPodsColumns } from '../shared/replicated-pods.ts'
import { validateReplicaStatus } from '../shared/replica-status.ts'
import { selectorColumn } from '../shared/workload-columns.ts'
import { nameWarnings, templateWarnings } from '../shared/workload-warnings.ts'

/** As the defaults, the strategy and the validation of ReplicaSets in Kubernetes. */
export const replicaSetRules: KindRules = {
  group: 'apps',
  plural: 'replicasets',
  ...replicatedPods,
  allColumns: [...replicatedPodsColumns, selectorColumn],
  writeRules: {
    defaults(set) {
      const spec = fieldsAt(set, 'spec')
      if (spec === undefined) return
      defaultTo(spec, 'replicas', 1)
      defaultPodTemplate(spec, 'template')
    },
    prepareForCreate: dropDisabledIn('spec'),
    prepareForUpdate: dropDisabledIn('spec'),
    validate: (set, previous) =>
      errorsOf(set, (root) => {
        validateSpec(root.within('spec'))
        // The real server validates an update once more.
        if (previous !== undefined) validateSpec(root.within('spec'))
      }),
    validateUpdate: (set, previous) =>
      immutableErrors(
        recordAt(set, 'spec'),
        recordAt(previous, 'spec'),
        'spec',
        ['selector'],
        goLabelSelector,
      ),
    validateStatus: (set) => errorsOf(set, (root) => validateReplicaStatus(root.within('status'))),
    warnings: (set, previous) => [
      ...nameWarnings(set, previous),
      ...templateWarnings(set, previous),
    ],
  },
}

/** As ValidateReplicaSetSpec. */
function validateSpec(spec: Place): void {
  spec.notNegative('replicas')
  spec.notNegative('minReadySeconds')
  validateSelectorAndTemplate(spec)
}

/** As Deployments and ReplicaSets are validated alike, with the message of the former. */
export function validateSelectorAndTemplate(spec: Place): void {
  const selector = spec.at('selector')
  if (selector === undefined) spec.required('selector')
  else {
    validateLabelSelector(selector)
    if (isEmptySelector(selector)) {
      const detail = 'empty selector is invalid for deployment'
      spec.invalid('selector', detail, goLabelSelector(selector.fields))
    }
  }
  const parsed = selectorAt(spec, 'selector')
  if (parsed === 'invalid') {
    spec.invalid('selector', 'invalid label selector', goLabelSelector(selector?.fields))
    return
  }
  const template = spec.within('template')
  validateSelects(parsed, template)
  validatePodTemplate(template)
  validateRestarts(template, 'ReplicaSet')
}

/** A controller that keeps pods running does not make any that end. */
export function validateRestarts(template: Place, kind: string): void {
  const spec = template.within('spec')
  if (spec.text('restartPolicy') !== 'Always') spec.unsupported('restartPolicy', ['Always'])
  if (!spec.has('activeDeadlineSeconds')) return
  spec.forbidden('activeDeadlineSeconds', `activeDeadlineSeconds in ${kind} is not Supported`)
}
