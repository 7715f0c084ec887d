import { goStringMap } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt, textMapAt } from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { defaultTo, fieldsAt } from '../shared/defaulting.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { defaultPodTemplate } from '../shared/pod/default-pod-spec.ts'
import { dropDisabledIn } from '../shared/pod/drop-disabled-in.ts'
import { validatePodTemplate } from '../shared/pod/pod-template.ts'
import { formatLabels } from '../shared/workload-columns.ts'
import { nameWarnings, templateWarnings } from '../shared/workload-warnings.ts'
import { replicatedPods, replicatedPodsColumns } from '../shared/replicated-pods.ts'
import { validateReplicaStatus } from '../shared/replica-status.ts'

/** As the defaults, the strategy and the validation of ReplicationControllers in Kubernetes. */
export const replicationControllerRules: KindRules = {
  group: '',
  plural: 'replicationcontrollers',
  ...replicatedPods,
  allColumns: [
    ...replicatedPodsColumns,
    textColumn(
      'Selector',
      'Which pods the controller manages.',
      (controller) => formatLabels(textMapAt(recordAt(controller, 'spec'), 'selector')),
      1,
    ),
  ],
  writeRules: {
    defaults(controller) {
      const spec = fieldsAt(controller, 'spec')
      if (spec === undefined) return
      const template = fieldsAt(spec, 'template') ?? {}
      const labels = fieldsAt(fieldsAt(template, 'metadata') ?? {}, 'labels')
      if (labels !== undefined && Object.keys(labels).length > 0) {
        if (Object.keys(fieldsAt(spec, 'selector') ?? {}).length === 0) {
          spec['selector'] = { ...labels }
        }
        const { metadata } = controller
        if (Object.keys(metadata.labels ?? {}).length === 0) {
          metadata.labels = { ...(labels as Record<string, string>) }
        }
      }
      defaultTo(spec, 'replicas', 1)
      defaultPodTemplate(spec, 'template')
    },
    prepareForCreate: dropDisabledIn('spec'),
    prepareForUpdate: dropDisabledIn('spec'),
    validate: (controller, previous) =>
      errorsOf(controller, (root) => {
        validateSpec(root.within('spec'))
        // The real server validates an update once more.
        if (previous !== undefined) validateSpec(root.within('spec'))
      }),
    validateStatus: (controller) =>
      errorsOf(controller, (root) => validateReplicaStatus(root.within('status'))),
    warnings: (controller, previous) => [
      ...nameWarnings(controller, previous),
      ...templateWarnings(controller, previous),
    ],
  },
}

/** As ValidateReplicationControllerSpec. */
function validateSpec(spec: Place): void {
  const selector = spec.textMap('selector')
  spec.notNegative('minReadySeconds')
  if (Object.keys(selector).length === 0) spec.required('selector')
  spec.notNegative('replicas')
  const template = spec.at('template')
  if (template === undefined) {
    spec.required('template')
    return
  }
  const metadata = template.within('metadata')
  const labels = metadata.textMap('labels')
  if (Object.entries(selector).some(([key, value]) => labels[key] !== value)) {
    const shown = goStringMap(metadata.has('labels') ? labels : undefined)
    metadata.invalid('labels', '`selector` does not match template `labels`', shown)
  }
  validatePodTemplate(template)
  const podSpec = template.within('spec')
  if (podSpec.text('restartPolicy') !== 'Always') podSpec.unsupported('restartPolicy', ['Always'])
  if (!podSpec.has('activeDeadlineSeconds')) return
  const detail = 'activeDeadlineSeconds in ReplicationController is not Supported'
  podSpec.forbidden('activeDeadlineSeconds', detail)
}
