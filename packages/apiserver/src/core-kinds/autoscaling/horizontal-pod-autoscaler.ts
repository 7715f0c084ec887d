import type { FieldError, KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { numberAt, recordAt, textAt } from '../../definitions/fields.ts'
import { textColumn } from '../../definitions/standard-columns.ts'
import { defaultTo, fieldsAt } from '../shared/defaulting.ts'
import { errorsOf, type Place } from '../shared/place.ts'
import { autoscalerConversion } from './convert-autoscaler.ts'
import { formatMetrics } from './format-metrics.ts'
import { validateMetrics, validateReference } from './metrics.ts'
import { defaultBehavior, validateBehavior } from './scaling-behavior.ts'

const shared: Omit<KindRules, 'writeRules'> = {
  group: 'autoscaling',
  plural: 'horizontalpodautoscalers',
  storageApiVersion: 'autoscaling/v2',
}

/** As the defaults, the strategy and the validation of HorizontalPodAutoscalers in Kubernetes. */
export const horizontalPodAutoscalerRules: KindRules = {
  ...shared,
  version: 'v2',
  columns: columnsOf((autoscaler) => autoscaler),
  writeRules: {
    defaults(autoscaler) {
      const spec = fieldsAt(autoscaler, 'spec')
      if (spec === undefined) return
      defaultTo(spec, 'minReplicas', 1)
      const { metrics } = spec
      if (!Array.isArray(metrics) || metrics.length === 0) spec['metrics'] = [cpuMetric()]
      defaultBehavior(spec)
    },
    validate,
    validateStatus,
  },
}

/** The older version, which knows only how busy CPUs are; all else is in annotations. */
export const olderHorizontalPodAutoscalerRules: KindRules = {
  ...shared,
  version: 'v1',
  conversion: autoscalerConversion,
  columns: columnsOf((autoscaler) => autoscalerConversion.toStored(autoscaler)),
  writeRules: {
    defaults(autoscaler) {
      const spec = fieldsAt(autoscaler, 'spec')
      if (spec !== undefined) defaultTo(spec, 'minReplicas', 1)
      // What the newer version defaults, and what its annotations say, is seen in this one too.
      const seen = autoscalerConversion.toServed(autoscalerConversion.toStored(autoscaler))
      for (const field of ['metadata', 'spec', 'status']) autoscaler[field] = seen[field]
    },
    validate: (autoscaler, previous) =>
      validate(
        autoscalerConversion.toStored(autoscaler),
        previous === undefined ? undefined : autoscalerConversion.toStored(previous),
      ),
    validateStatus,
  },
}

function cpuMetric(): unknown {
  const target = { type: 'Utilization', averageUtilization: 80 }
  return { type: 'Resource', resource: { name: 'cpu', target } }
}

/** As ValidateHorizontalPodAutoscaler; scaling to zero is a feature that is off. */
function validate(autoscaler: KubernetesObject, previous?: KubernetesObject): FieldError[] {
  const wasZero =
    previous !== undefined && numberAt(recordAt(previous, 'spec'), 'minReplicas') === 0
  return errorsOf(autoscaler, (root) => {
    const spec = root.within('spec')
    validateReplicas(spec, wasZero ? 0 : 1)
    validateReference(spec.within('scaleTargetRef'))
    validateMetrics(spec)
    validateBehavior(spec)
  })
}

function validateReplicas(spec: Place, least: number): void {
  const min = spec.optionalNumber('minReplicas')
  const max = spec.number('maxReplicas')
  if (min !== undefined && min < least) {
    spec.invalid('minReplicas', `must be greater than or equal to ${least}`)
  }
  if (max < 1) spec.invalid('maxReplicas', 'must be greater than 0', max)
  if (min !== undefined && max < min) {
    spec.invalid('maxReplicas', 'must be greater than or equal to `minReplicas`', max)
  }
}

function validateStatus(autoscaler: KubernetesObject): FieldError[] {
  return errorsOf(autoscaler, (root) => {
    const status = root.within('status')
    status.notNegative('currentReplicas')
    status.notNegative('desiredReplicas')
  })
}

/** @param toStored gives the form that has the metrics */
function columnsOf(
  toStored: (autoscaler: KubernetesObject) => KubernetesObject,
): NonNullable<KindRules['columns']> {
  return [
    textColumn('Reference', 'What is scaled', (autoscaler) => {
      const reference = recordAt(recordAt(autoscaler, 'spec'), 'scaleTargetRef')
      return `${textAt(reference, 'kind')}/${textAt(reference, 'name')}`
    }),
    textColumn('Targets', 'The metrics and what they should be', (autoscaler) => {
      const stored = toStored(autoscaler)
      return formatMetrics(recordAt(stored, 'spec'), recordAt(stored, 'status'))
    }),
    textColumn('MinPods', 'The lower limit for the number of pods', (autoscaler) => {
      return String(numberAt(recordAt(autoscaler, 'spec'), 'minReplicas') ?? '<unset>')
    }),
    {
      ...textColumn('MaxPods', 'The upper limit for the number of pods', (autoscaler) => {
        return recordAt(autoscaler, 'spec')['maxReplicas'] ?? 0
      }),
      type: 'integer',
    },
    {
      ...textColumn('Replicas', 'The number of pods', (autoscaler) => {
        return recordAt(autoscaler, 'status')['currentReplicas'] ?? 0
      }),
      type: 'integer',
    },
  ]
}
