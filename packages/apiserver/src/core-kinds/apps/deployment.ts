import { GoSyntax, goQuote } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { numberAt, recordAt } from '../../definitions/fields.ts'
import { ageColumn, nameColumn, textColumn } from '../../definitions/standard-columns.ts'
import {
  defaultTo,
  defaultZeroTo,
  fieldsAt,
  fieldsWithin,
  type MutableFields,
} from '../shared/defaulting.ts'
import { immutableErrors } from '../shared/immutable-field.ts'
import {
  goIntOrString,
  intOrPercentValue,
  validateAtMostAll,
  validateIntOrPercent,
} from '../shared/int-or-percent.ts'
import { errorsOf, Place } from '../shared/place.ts'
import { goLabelSelector } from '../shared/pod-selector.ts'
import { defaultPodTemplate } from '../shared/pod/default-pod-spec.ts'
import { validateCollisionCount, validateReplicaCounts } from '../shared/replica-status.ts'
import {
  containerColumns,
  numberColumn,
  selectorColumn,
  templateSpec,
} from '../shared/workload-columns.ts'
import { nameWarnings, templateWarnings } from '../shared/workload-warnings.ts'
import { dropDisabledIn } from '../shared/pod/drop-disabled-in.ts'
import { validateSelectorAndTemplate } from './replica-set.ts'

/** As the defaults, the strategy and the validation of Deployments in Kubernetes. */
export const deploymentRules: KindRules = {
  group: 'apps',
  plural: 'deployments',
  hasGeneration: true,
  annotationsCount: true,
  statusKeeps: [['spec'], ['metadata', 'labels']],
  scale: {
    specReplicasPath: '.spec.replicas',
    statusReplicasPath: '.status.replicas',
    labelSelectorPath: '.spec.selector',
  },
  allColumns: [
    nameColumn,
    textColumn('Ready', 'Number of the pod with ready state', (deployment) => {
      const ready = numberAt(recordAt(deployment, 'status'), 'readyReplicas') ?? 0
      return `${ready}/${numberAt(recordAt(deployment, 'spec'), 'replicas') ?? 0}`
    }),
    numberColumn('Up-to-date', 'Pods of the desired template', 'status', 'updatedReplicas'),
    numberColumn('Available', 'Pods that are available', 'status', 'availableReplicas'),
    ageColumn,
    ...containerColumns(templateSpec, 1),
    selectorColumn,
  ],
  writeRules: {
    defaults(deployment) {
      const spec = fieldsAt(deployment, 'spec')
      if (spec === undefined) return
      defaultTo(spec, 'replicas', 1)
      defaultStrategy(fieldsWithin(spec, 'strategy'))
      defaultTo(spec, 'revisionHistoryLimit', 10)
      defaultTo(spec, 'progressDeadlineSeconds', 600)
      defaultPodTemplate(spec, 'template')
    },
    prepareForCreate: dropDisabledIn('spec'),
    prepareForUpdate: dropDisabledIn('spec'),
    validate: (deployment) => errorsOf(deployment, (root) => validateSpec(root.within('spec'))),
    validateUpdate: (deployment, previous) =>
      immutableErrors(
        recordAt(deployment, 'spec'),
        recordAt(previous, 'spec'),
        'spec',
        ['selector'],
        goLabelSelector,
      ),
    validateStatus: (deployment, previous) =>
      errorsOf(deployment, (root) => {
        const status = root.within('status')
        validateStatus(status)
        validateCollisionCount(status, new Place(recordAt(previous, 'status'), 'status', []))
      }),
    warnings: (deployment, previous) => [
      ...nameWarnings(deployment, previous),
      ...templateWarnings(deployment, previous),
    ],
  },
}

function defaultStrategy(strategy: MutableFields): void {
  defaultZeroTo(strategy, 'type', 'RollingUpdate')
  if (strategy['type'] !== 'RollingUpdate') return
  const rollingUpdate = fieldsWithin(strategy, 'rollingUpdate')
  defaultTo(rollingUpdate, 'maxUnavailable', '25%')
  defaultTo(rollingUpdate, 'maxSurge', '25%')
}

/** As ValidateDeploymentSpec. */
function validateSpec(spec: Place): void {
  spec.notNegative('replicas')
  validateSelectorAndTemplate(spec)
  validateStrategy(spec)
  spec.notNegative('minReadySeconds')
  spec.notNegative('revisionHistoryLimit')
  spec.notNegative('progressDeadlineSeconds')
  const deadline = spec.optionalNumber('progressDeadlineSeconds')
  if (deadline === undefined || deadline > spec.number('minReadySeconds')) return
  spec.invalid('progressDeadlineSeconds', 'must be greater than minReadySeconds')
}

function validateStrategy(spec: Place): void {
  const strategy = spec.within('strategy')
  const type = strategy.text('type')
  switch (type) {
    case 'Recreate': {
      if (!strategy.has('rollingUpdate')) break
      const detail = "may not be specified when strategy `type` is 'Recreate'"
      strategy.forbidden('rollingUpdate', detail)
      break
    }
    case 'RollingUpdate': {
      const rollingUpdate = strategy.at('rollingUpdate')
      if (rollingUpdate !== undefined) validateRollingUpdate(rollingUpdate)
      break
    }
    default: {
      const update = strategy.has('rollingUpdate') ? '0xc000000000' : 'nil'
      const shown = `apps.DeploymentStrategy{Type:${goQuote(type)}, RollingUpdate:(*apps.RollingUpdateDeployment)(${update})}`
      spec.unsupported('strategy', ['Recreate', 'RollingUpdate'], new GoSyntax(shown))
    }
  }
}

function validateRollingUpdate(update: Place): void {
  validateIntOrPercent(update, 'maxUnavailable')
  validateIntOrPercent(update, 'maxSurge')
  const { maxUnavailable, maxSurge } = update.fields
  if (intOrPercentValue(maxUnavailable) === 0 && intOrPercentValue(maxSurge) === 0) {
    const detail = 'may not be 0 when `maxSurge` is 0'
    update.invalid('maxUnavailable', detail, goIntOrString(maxUnavailable))
  }
  validateAtMostAll(update, 'maxUnavailable')
}

function validateStatus(status: Place): void {
  for (const field of [
    'observedGeneration',
    'replicas',
    'updatedReplicas',
    'readyReplicas',
    'availableReplicas',
    'unavailableReplicas',
    'collisionCount',
  ]) {
    status.notNegative(field)
  }
  validateReplicaCounts(status, ['updatedReplicas', 'readyReplicas', 'availableReplicas'])
}
