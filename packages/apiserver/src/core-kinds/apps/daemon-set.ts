import { deepEqual, goQuote, GoSyntax, type KubernetesObject } from '@fairlead/kube-core'

import type { KindRules } from '../../definitions/built-in-kind.ts'
import { recordAt, textMapAt } from '../../definitions/fields.ts'
import type { MutableObject } from '../../definitions/resource-definition.ts'
import { ageColumn, nameColumn, textColumn } from '../../definitions/standard-columns.ts'
import { defaultTo, defaultZeroTo, fieldsAt, fieldsWithin } from '../shared/defaulting.ts'
import { immutableErrors } from '../shared/immutable-field.ts'
import {
  goIntOrString,
  intOrPercentValue,
  validateAtMostAll,
  validateIntOrPercent,
} from '../shared/int-or-percent.ts'
import { validateLabelSelector } from '../shared/label-selector.ts'
import { errorsOf, Place } from '../shared/place.ts'
import {
  goLabelSelector,
  isEmptySelector,
  selectorAt,
  validateSelects,
} from '../shared/pod-selector.ts'
import { defaultPodTemplate } from '../shared/pod/default-pod-spec.ts'
import { dropDisabledIn } from '../shared/pod/drop-disabled-in.ts'
import { validatePodTemplate } from '../shared/pod/pod-template.ts'
import { validateCollisionCount } from '../shared/replica-status.ts'
import {
  containerColumns,
  formatLabels,
  numberColumn,
  selectorColumn,
  templateSpec,
} from '../shared/workload-columns.ts'
import { templateWarnings } from '../shared/workload-warnings.ts'
import { validateRestarts } from './replica-set.ts'

/** Counts the changes of the template; a field of older versions, kept as an annotation. */
const templateGeneration = 'deprecated.daemonset.template.generation'
const dropDisabled = dropDisabledIn('spec')

/** As the defaults, the strategy and the validation of DaemonSets in Kubernetes. */
export const daemonSetRules: KindRules = {
  group: 'apps',
  plural: 'daemonsets',
  hasGeneration: true,
  allColumns: [
    nameColumn,
    numberColumn('Desired', 'Nodes that should run a pod', 'status', 'desiredNumberScheduled'),
    numberColumn('Current', 'Nodes that run a pod', 'status', 'currentNumberScheduled'),
    numberColumn('Ready', 'Nodes whose pod is ready', 'status', 'numberReady'),
    numberColumn('Up-to-date', 'Nodes with the newest pod', 'status', 'updatedNumberScheduled'),
    numberColumn('Available', 'Nodes whose pod is available', 'status', 'numberAvailable'),
    textColumn('Node Selector', 'The nodes that run a pod', (set) => {
      return formatLabels(textMapAt(templateSpec(set), 'nodeSelector'))
    }),
    ageColumn,
    ...containerColumns(templateSpec, 1),
    selectorColumn,
  ],
  writeRules: {
    defaults(set) {
      setTemplateGeneration(set, templateGenerationOf(set))
      const spec = fieldsAt(set, 'spec')
      if (spec === undefined) return
      const strategy = fieldsWithin(spec, 'updateStrategy')
      defaultZeroTo(strategy, 'type', 'RollingUpdate')
      if (strategy['type'] === 'RollingUpdate') {
        const rollingUpdate = fieldsWithin(strategy, 'rollingUpdate')
        defaultTo(rollingUpdate, 'maxUnavailable', 1)
        defaultTo(rollingUpdate, 'maxSurge', 0)
      }
      defaultTo(spec, 'revisionHistoryLimit', 10)
      defaultPodTemplate(spec, 'template')
    },
    prepareForCreate(set) {
      dropDisabled(set)
      setTemplateGeneration(set, Math.max(templateGenerationOf(set), 1))
    },
    prepareForUpdate(set, previous) {
      dropDisabled(set)
      const before = templateGenerationOf(previous)
      const isSame = deepEqual(templateOf(set), templateOf(previous))
      setTemplateGeneration(set, isSame ? before : before + 1)
    },
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
    validateStatus: (set, previous) =>
      errorsOf(set, (root) => {
        const status = root.within('status')
        for (const field of counts) status.notNegative(field)
        validateCollisionCount(status, new Place(recordAt(previous, 'status'), 'status', []))
      }),
    warnings: templateWarnings,
  },
}

const counts = [
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'collisionCount',
] as const

function templateOf(set: KubernetesObject): unknown {
  return recordAt(set, 'spec')['template']
}

function templateGenerationOf(set: KubernetesObject): number {
  const text = set.metadata.annotations?.[templateGeneration] ?? ''
  return /^[+-]?\d{1,15}$/.test(text) ? Number(text) : 0
}

function setTemplateGeneration(set: MutableObject, generation: number): void {
  const annotations = { ...set.metadata.annotations, [templateGeneration]: String(generation) }
  set.metadata.annotations = annotations
}

/** As ValidateDaemonSetSpec. */
function validateSpec(spec: Place): void {
  const selector = spec.at('selector')
  validateLabelSelector(selector)
  const parsed = selectorAt(spec, 'selector')
  const template = spec.within('template')
  if (parsed !== 'invalid') validateSelects(parsed, template)
  if (selector !== undefined && isEmptySelector(selector)) {
    const detail = 'empty selector is invalid for daemonset'
    spec.invalid('selector', detail, goLabelSelector(selector.fields))
  }
  validatePodTemplate(template)
  validateRestarts(template, 'DaemonSet')
  spec.notNegative('minReadySeconds')
  validateStrategy(spec)
  spec.notNegative('revisionHistoryLimit')
}

function validateStrategy(spec: Place): void {
  const strategy = spec.within('updateStrategy')
  const update = strategy.at('rollingUpdate')
  switch (strategy.text('type')) {
    case 'OnDelete':
      break
    case 'RollingUpdate':
      if (update === undefined) strategy.required('rollingUpdate')
      else validateRollingUpdate(update)
      break
    default: {
      const address = update === undefined ? 'nil' : '0xc000000000'
      const type = goQuote(strategy.text('type'))
      const shown = `apps.DaemonSetUpdateStrategy{Type:${type}, RollingUpdate:(*apps.RollingUpdateDaemonSet)(${address})}`
      spec.unsupported('updateStrategy', ['RollingUpdate', 'OnDelete'], new GoSyntax(shown))
    }
  }
}

function validateRollingUpdate(update: Place): void {
  validateIntOrPercent(update, 'maxUnavailable')
  validateIntOrPercent(update, 'maxSurge')
  validateAtMostAll(update, 'maxUnavailable')
  validateAtMostAll(update, 'maxSurge')
  const hasUnavailable = intOrPercentValue(update.fields['maxUnavailable']) !== 0
  const hasSurge = intOrPercentValue(update.fields['maxSurge']) !== 0
  if (hasUnavailable && hasSurge) {
    const detail = 'may not be set when maxUnavailable is non-zero'
    update.invalid('maxSurge', detail, goIntOrString(update.fields['maxSurge']))
  } else if (!hasUnavailable && !hasSurge) {
    update.required('maxUnavailable', 'cannot be 0 when maxSurge is 0')
  }
}
